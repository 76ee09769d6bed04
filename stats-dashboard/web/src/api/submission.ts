// How a new job of any kind gets from its form to the chain.
import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { ref } from 'vue';
import { useRouter } from 'vue-router';
import { PlanSchema, SubmitJobSchema } from '../schema/poyang/v1/jobs_pb';
import { t } from '../i18n';
import { complain, say, transact } from './actions';
import { useCatalogue } from './catalogue';
import { useSession } from './session';

/** What the forms of all kinds ask for. */
export interface JobForm { title: string; purpose: string; minutes: number; further: number }
export type Kind = NonNullable<MessageInitShape<typeof PlanSchema>['kind']>;

export function useSubmission() {
  const catalogue = useCatalogue();
  const session = useSession();
  const router = useRouter();
  const busy = ref(false);

  /** Signs and submits, for the result to this account, and goes to the jobs; says what went wrong otherwise. */
  async function submit(form: JobForm, kind: () => Kind): Promise<void> {
    busy.value = true;
    try {
      const plan = create(PlanSchema, { kind: kind() });
      const receipt = await transact('Jobs', 'Submit', SubmitJobSchema, create(SubmitJobSchema, {
        title: form.title.trim(), purpose: form.purpose.trim(), plan: toBinary(PlanSchema, plan),
        receiver: session.view!.account, minutesToLive: form.minutes, furtherAttempts: form.further,
      }));
      say(t('submittedOk', receipt.height));
      await catalogue.load();
      await router.push('/jobs');
    } catch (e) {
      complain(e);
    } finally {
      busy.value = false;
    }
  }

  return { busy, submit };
}
