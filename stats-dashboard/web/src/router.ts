import { createRouter, createWebHashHistory } from 'vue-router';
import { useSession } from './api/session';

declare module 'vue-router' {
  interface RouteMeta {
    roles?: string[];
  }
}

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/login', name: 'login', component: () => import('./pages/LoginPage.vue') },
    { path: '/overview', component: () => import('./pages/OverviewPage.vue'), meta: { roles: ['SUPERVISOR'] } },
    { path: '/sources', component: () => import('./pages/SourcesPage.vue'), meta: { roles: ['OWNER', 'ANALYST', 'SUPERVISOR'] } },
    { path: '/sources/new', component: () => import('./pages/RegisterPage.vue'), meta: { roles: ['OWNER'] } },
    { path: '/consents', component: () => import('./pages/ConsentsPage.vue'), meta: { roles: ['OWNER'] } },
    { path: '/jobs', component: () => import('./pages/JobsPage.vue'), meta: { roles: ['OWNER', 'ANALYST', 'SUPERVISOR'] } },
    { path: '/jobs/new-totals', component: () => import('./pages/NewTotalsPage.vue'), meta: { roles: ['ANALYST'] } },
    { path: '/jobs/new-sums', component: () => import('./pages/NewSumsPage.vue'), meta: { roles: ['ANALYST'] } },
    { path: '/jobs/new-proof', component: () => import('./pages/NewProofPage.vue'), meta: { roles: ['ANALYST'] } },
    { path: '/jobs/new-group', component: () => import('./pages/NewGroupPage.vue'), meta: { roles: ['ANALYST'] } },
    { path: '/jobs/new-scoring', component: () => import('./pages/NewScoringPage.vue'), meta: { roles: ['ANALYST'] } },
    { path: '/jobs/new', component: () => import('./pages/NewJobPage.vue'), meta: { roles: ['ANALYST'] } },
    { path: '/jobs/:id', component: () => import('./pages/JobPage.vue'), props: true, meta: { roles: ['OWNER', 'ANALYST', 'SUPERVISOR'] } },
    { path: '/jobs/:id/receipts', component: () => import('./pages/ReceiptsPage.vue'), props: true, meta: { roles: ['OWNER', 'ANALYST', 'SUPERVISOR'] } },
    { path: '/views', component: () => import('./pages/ViewsPage.vue'), meta: { roles: ['OWNER', 'ANALYST', 'SUPERVISOR'] } },
    { path: '/proofs', component: () => import('./pages/ProofsPage.vue'), meta: { roles: ['OWNER', 'ANALYST', 'SUPERVISOR'] } },
    { path: '/audit', component: () => import('./pages/AuditPage.vue'), meta: { roles: ['SUPERVISOR'] } },
    { path: '/permissions', component: () => import('./pages/PermissionsPage.vue'), meta: { roles: ['SUPERVISOR', 'ADMINISTRATOR'] } },
    { path: '/records', component: () => import('./pages/RecordsPage.vue'), meta: { roles: ['OWNER', 'SUPERVISOR'] } },
    { path: '/:rest(.*)*', redirect: () => home() },
  ],
});

export function home(): string {
  const session = useSession();
  if (!session.loggedIn) return '/login';
  if (session.has('SUPERVISOR')) return '/overview';
  if (session.has('ANALYST')) return '/jobs';
  if (session.has('OWNER')) return '/sources';
  return session.has('ADMINISTRATOR') ? '/permissions' : '/login';
}

router.beforeEach((to) => {
  const session = useSession();
  if (to.name === 'login') return session.loggedIn ? home() : true;
  if (!session.loggedIn) return '/login';
  return to.meta.roles?.some((role) => session.has(role)) ? true : home();
});
