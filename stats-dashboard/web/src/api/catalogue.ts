// The lists that most pages show, kept in step with the chain's height.
import { defineStore } from 'pinia';
import { computed, shallowRef, watch } from 'vue';
import { AccountListSchema, Role, type AccountRecord } from '../schema/poyang/v1/accounts_pb';
import { DatasetListSchema, type Dataset } from '../schema/poyang/v1/datasets_pb';
import { ConsentState, JobListSchema, JobState, type Job } from '../schema/poyang/v1/jobs_pb';
import { OrganisationListSchema, type Organisation } from '../schema/poyang/v1/organisations_pb';
import { language } from '../i18n';
import { read } from './actions';
import { useSession } from './session';

export const useCatalogue = defineStore('catalogue', () => {
  const session = useSession();
  const organisations = shallowRef<Organisation[]>([]);
  const accounts = shallowRef<AccountRecord[]>([]);
  const datasets = shallowRef<Dataset[]>([]);
  const jobs = shallowRef<Job[]>([]);
  /** Whether the lists are what the chain has; before, empty ones say nothing. */
  const known = shallowRef(false);
  let loading = false;
  let again = false;

  async function load(): Promise<void> {
    if (!session.loggedIn) return;
    if (loading) {
      again = true;
      return;
    }
    loading = true;
    try {
      do {
        again = false;
        const whose = session.view;
        const [o, a, d, j] = await Promise.all([
          read('/api/organisations', OrganisationListSchema), read('/api/accounts', AccountListSchema),
          read('/api/datasets', DatasetListSchema), read('/api/jobs', JobListSchema),
        ]);
        if (session.view !== whose) {
          again = session.loggedIn;
          continue;
        }
        organisations.value = o.organisations;
        accounts.value = a.accounts;
        datasets.value = d.datasets;
        jobs.value = j.jobs;
        known.value = true;
      } while (again);
    } catch {
      session.connected = false;
    } finally {
      loading = false;
    }
  }

  watch(() => [session.height, session.loggedIn], () => {
    if (session.loggedIn) void load();
    else {
      organisations.value = accounts.value = datasets.value = jobs.value = [];
      known.value = false;
    }
  }, { immediate: true });

  const organisationTitle = (id: string) => {
    const found = organisations.value.find((o) => o.id === id);
    return (language.value === 'en' ? found?.titleEnglish : found?.title) || id;
  };
  const datasetTitle = (id: string) => datasets.value.find((d) => d.id === id)?.title || id;
  const executorOf = (organisation: string) =>
    accounts.value.find((a) => a.organisation === organisation && a.roles.includes(Role.EXECUTOR));
  const consents = computed(() => jobs.value.filter((job) =>
    job.state === JobState.AWAITING_CONSENT && job.submitter !== session.view?.account &&
    job.parties.some((p) => p.organisation === session.view?.organisation && p.consent === ConsentState.PENDING)));

  return { organisations, accounts, datasets, jobs, known, consents, load, organisationTitle, datasetTitle, executorOf };
});
