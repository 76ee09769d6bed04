// Drives the console's three kinds of users through real pages in headless Chromium:
// owner registers a data set, analyst submits a collision job, both owners read and consent, the
// analyst opens the result and downloads the receipt, the supervisor looks at the overview.
//
//   node drive.mjs CONFIG.json SCREENSHOT-FOLDER [CHROMIUM]
//
// CONFIG: { "console": URL, "spki": base64 of the SHA-256 of the key that the console's certificate binds,
//           "users": { "organisation/name": { "keystore": FILE, "password": TEXT } },
//           "register": [ { "owner", "name", "title", "connector", "settings": {}, "key", "kind": 1..4,
//                             "unreachable": { "connector", "settings": {}, "secret": one of them, "error": NAME } or absent } ],
//           "job": { "analyst", "own", "other", "owners": [..], "supervisor",
//                    "expectedMatches": number or absent, "timeoutSeconds": number },
//           "collisions": [ { "name", "analyst", "button", "steps": [ [ACTION, ...] ], "learns": [TEXT], "owners": [..],
//                             "words": [TEXT] of the consent, "count": number, "cells": [TEXT] } ] or absent,
//           "lookup": { "analyst", "owner", "view", "key", "shows": text of its record } or absent,
//           "scoring": { "analyst", "features", "name", "numbers": { column: [decimals, largest] }, "model",
//                        "owners": [..], "expectedRows": number, "firstScore": TEXT },
//           "totals": { "analyst", "reporters": [ { "dataset", "value", "category" } ], "collector", "categories": TEXT,
//                       "decimals", "largest": numbers, "owners": [..], "cells": [TEXT, ..] },
//           "supervision": { "logs": [ORGANISATION/NAME/PROCESS, ..], "frozen": account to freeze and free, "call": to set a rule for } or absent,
//           "proofs": { "owner", "analyst", "name", "folder": with commitment.txt, key.json, proof.json, public.json,
//                       "conditions", "purpose",
//                       "asked": [ { "key": NAME, "dataset", "bounds": [TEXT, ..], "limits": TEXT or absent, "persons": data set or absent,
//                                    "statement": TEXT, "cells": [TEXT], "owners": [..] } ] or absent } or absent }
// The last line is one JSON object; the exit code is 0 only when everything was seen.
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const [configFile, folder, executablePath = '/usr/bin/chromium'] = process.argv.slice(2);
if (!configFile || !folder) {
  console.error('usage: node drive.mjs CONFIG.json SCREENSHOT-FOLDER [CHROMIUM]');
  process.exit(2);
}
const config = JSON.parse(readFileSync(configFile, 'utf8'));
const shots = resolve(folder);
mkdirSync(shots, { recursive: true });
const violations = [];
let shotNumber = 0;

// A browser that was not told of the console's key must refuse its certificate.
async function refusesAStranger() {
  const stranger = await chromium.launch({ executablePath, args: FLAGS });
  try {
    const page = await stranger.newPage();
    const said = await page.goto(config.console).then(() => 'it opened the page', (error) => String(error.message));
    if (!said.includes('ERR_CERT_AUTHORITY_INVALID')) throw new Error(`a browser that trusts nobody: ${said}`);
  } finally {
    await stranger.close();
  }
}

if (!/^https:/.test(config.console) || !/^[A-Za-z0-9+/]{43}=$/.test(config.spki)) throw new Error('an https address and its key are needed');
const browser = await chromium.launch({ executablePath, args: [...FLAGS, `--ignore-certificate-errors-spki-list=${config.spki}`] });

async function open(account, viewport = { width: 1280, height: 900 }) {
  const context = await browser.newContext({ viewport, locale: 'zh-CN', acceptDownloads: true });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on('pageerror', (error) => violations.push(`${account}: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy|Uncaught/.test(message.text())) violations.push(`${account}: ${message.text()}`);
  });
  await page.goto(config.console);
  return page;
}

async function login(page, account, password = config.users[account].password) {
  await page.getByTestId('login-account').fill(account);
  await page.getByTestId('login-keyfile').setInputFiles(config.users[account].keystore);
  await page.getByTestId('login-password').fill(password);
  await page.getByTestId('login-submit').click();
}

// Each person logs in once and comes back to the open page: opening a key file takes a browser about a second.
const desks = new Map();
async function enter(account, viewport) {
  const known = viewport ? undefined : desks.get(account);
  if (known) {
    desks.delete(account);
    await known.evaluate(() => { location.hash = '#/'; });
    return known;
  }
  const page = await open(account, viewport);
  await login(page, account);
  await page.getByTestId('account').waitFor();
  return page;
}

function leave(page, account) {
  desks.set(account, page);
}

async function shot(page, name) {
  shotNumber += 1;
  await page.screenshot({ path: join(shots, `${String(shotNumber).padStart(2, '0')}-${name}.png`), fullPage: true, animations: 'disabled' });
}

async function menu(page, id) {
  await page.getByTestId(`menu-${id}`).click();
}

async function choose(page, testId, text) {
  await page.getByTestId(testId).click();
  await page.locator('.el-select-dropdown__item:visible', { hasText: text }).first().click();
}

// A source that nobody answers for is refused by name, and its password leaves the browser sealed only.
async function testUnreachable(page, { connector, settings, secret, error }) {
  const sent = [];
  const hear = (request) => sent.push(request.postData() ?? '');
  page.on('request', hear);
  await page.getByTestId(`connector-${connector}`).click();
  for (const [name, value] of Object.entries(settings)) await page.getByTestId(`setting-${name}`).fill(String(value));
  await page.getByTestId('test-source').click();
  const said = page.getByTestId('test-error');
  await said.waitFor({ timeout: 60_000 });
  page.off('request', hear);
  if (!(await said.innerText()).includes(error)) throw new Error(`the source was refused otherwise: ${await said.innerText()}`);
  const signed = sent.filter((body) => body.includes('signed')).map((body) => Buffer.from(JSON.parse(body).signed, 'base64'));
  if (signed.length === 0) throw new Error('no signed request was seen');
  if (signed.some((bytes) => bytes.includes(settings[secret])) || sent.some((body) => body.includes(settings[secret]))) {
    throw new Error('a password left the browser in clear');
  }
  outcome.seen.push(`${connector} refused by name, its password sealed`);
}

async function register(page, source) {
  await menu(page, 'sources');
  await page.getByTestId('register').click();
  await page.getByTestId('source-name').fill(source.name);
  await page.getByTestId('source-title').fill(source.title);
  if (source.unreachable) await testUnreachable(page, source.unreachable);
  await page.getByTestId(`connector-${source.connector}`).click();
  for (const [name, value] of Object.entries(source.settings)) await page.getByTestId(`setting-${name}`).fill(String(value));
  await page.getByTestId('test-source').click();
  await page.getByTestId('test-ok').waitFor();
  await shot(page, `register-${source.name}-connected`);
  await page.getByTestId('next').click();
  await page.getByTestId(`key-${source.key}`).click();
  const kinds = { 1: '文本', 2: '公民身份号码', 3: '手机号', 4: '统一社会信用代码' };
  await choose(page, `identifier-${source.key}`, kinds[source.kind]);
  await shot(page, `register-${source.name}-grades`);
  await page.getByTestId('next').click();
  await shot(page, `register-${source.name}-rules`);
  await page.getByTestId('next').click();
  await shot(page, `register-${source.name}-sign`);
  await page.getByTestId('sign-register').click();
  await page.getByTestId('own-datasets').getByText(source.title).waitFor({ timeout: 60_000 });
  await shot(page, `sources-${source.name}`);
}

async function state(page, wanted, seconds) {
  await page.locator(`[data-testid="job-state"][data-state="${wanted}"]`).waitFor({ timeout: seconds * 1000 });
}

// A record is looked up in the page; frames are made and opened there.
async function lookUp({ analyst, owner, view, key, shows }) {
  const page = await enter(analyst);
  const sent = [];
  page.on('request', (request) => sent.push(request.postData() ?? ''));
  await menu(page, 'views');
  await page.getByTestId(`lookup-${view}`).waitFor({ timeout: 30_000 });
  await shot(page, 'views-analyst');
  await page.getByTestId(`lookup-${view}`).click();
  await page.getByTestId('lookup-keys').fill(`${key}\n360102199003070014`);
  await page.getByTestId('lookup-purpose').fill('核对公积金缴存');
  await shot(page, 'lookup-asked');
  await page.getByTestId('lookup-submit').click();
  const result = page.getByTestId('lookup-result');
  await result.waitFor({ timeout: 60_000 });
  await shot(page, 'lookup-answered');
  if (!(await result.locator('[data-outcome="found"]').innerText()).includes(shows)) throw new Error('the record is not there');
  if (await result.locator('[data-outcome="absent"]').count() !== 1) throw new Error('the other key has a record');
  const clear = [key, Buffer.from(key).toString('base64').slice(0, 20)];
  if (sent.some((body) => clear.some((word) => body.includes(word)))) throw new Error('a key left the browser');
  leave(page, analyst);
  outcome.seen.push('private look-up');
  const holder = await enter(owner);
  await menu(holder, 'views');
  await holder.getByTestId('own-views').getByText(view).waitFor();
  await holder.getByTestId('lookups').getByText(`${view}/1`).waitFor({ timeout: 30_000 });
  await shot(holder, 'views-owner');
  await holder.getByTestId('publish-view').click();
  await holder.getByTestId('view-name').waitFor();
  await shot(holder, 'views-publish');
  await holder.keyboard.press('Escape');
  for (const method of ['refresh', 'withdraw', 'withdraw']) await holder.getByTestId(`${method}-${view}`).click();
  await holder.getByTestId(`withdraw-${view}`).waitFor({ state: 'detached', timeout: 60_000 });
  await shot(holder, 'views-withdrawn');
  leave(holder, owner);
  outcome.seen.push('view withdrawn');
}

// A field of a form, by what is in its page: a click, a list and one of its lines, a number or a text.
async function enterField(page, [action, target, value]) {
  if (action === 'pick') {
    await page.getByTestId(target).click();
    await page.locator(`[data-testid="${value}"]:visible`).click();
  } else if (action === 'fill') {
    await page.getByTestId(target).locator('input').or(page.locator(`input[data-testid="${target}"]`)).first().fill(String(value));
  } else if (action === 'choose') {
    await choose(page, target, value);
  } else {
    await page.getByTestId(target).click();
  }
}

// From a filled form to the opened result: submits it, has each owner consent, and waits until the job is done.
async function carryOut(page, { name, purpose, tells, form, words, owners, consent, seconds = { submitted: 30, done: 120 } }) {
  const title = `${name} ${Date.now() % 100000}`;
  await page.getByTestId('job-title').fill(title);
  await page.getByTestId('job-purpose').fill(purpose);
  for (const text of tells) {
    if (!(await page.getByTestId('will-learn').innerText()).includes(text)) throw new Error(`${name}: the form says nothing of ${text}`);
  }
  await shot(page, form);
  await page.getByTestId('submit-job').click();
  const link = page.getByTestId('jobs').getByRole('link', { name: title });
  await link.waitFor({ timeout: 60_000 });
  await link.click();
  await state(page, 'AWAITING_CONSENT', seconds.submitted);
  const id = page.url().split('/').pop();
  for (const account of owners) {
    const owner = await enter(account);
    await menu(owner, 'consents');
    const card = owner.getByTestId(`consent-${id}`);
    await card.waitFor();
    for (const text of words) {
      if (!(await card.innerText()).includes(text)) throw new Error(`${name}: the consent says nothing of ${text}`);
    }
    await shot(owner, `${consent}-${account.replace('/', '-')}`);
    await card.getByTestId('approve').click();
    await card.waitFor({ state: 'detached', timeout: 60_000 });
    leave(owner, account);
  }
  await state(page, 'COMPLETED', seconds.done);
  await page.getByTestId('open-result').click();
  await page.getByTestId('result-opened').waitFor();
}

// A collision of another form than two departments' matching rows.
async function collide({ name, analyst: who, button, steps, learns, owners, words, count, cells }) {
  const analyst = await enter(who);
  await menu(analyst, 'jobs');
  await analyst.getByTestId(button).click();
  for (const step of steps) await enterField(analyst, step);
  await carryOut(analyst, {
    name, purpose: '核对各方登记的一致性', tells: learns, form: `${name}-form`, words, owners, consent: `${name}-consent`,
    seconds: { submitted: 60, done: 180 },
  });
  const counted = await analyst.getByTestId('matches').getAttribute('data-count');
  if (counted !== String(count)) throw new Error(`${name}: ${counted} counted, ${count} expected`);
  for (const cell of cells) await analyst.getByText(cell, { exact: true }).first().waitFor();
  await shot(analyst, `${name}-result`);
  await analyst.getByTestId('receipts').click();
  await analyst.getByTestId('receipts-agree').waitFor();
  await shot(analyst, `${name}-receipts`);
  leave(analyst, who);
  outcome.seen.push(name);
}

// Another department's model scores the analyst's own rows.
async function score(scoring) {
  const analyst = await enter(scoring.analyst);
  await menu(analyst, 'jobs');
  await analyst.getByTestId('new-scoring').click();
  await analyst.getByTestId('features-dataset').click();
  await analyst.getByTestId(`option-${scoring.features}`).click();
  for (const [column, [decimals, largest]] of Object.entries(scoring.numbers)) {
    await analyst.getByTestId(`feature-${column}`).click();
    await analyst.getByLabel(`${column} 小数位`).fill(String(decimals));
    await analyst.getByLabel(`${column} 绝对值上限`).fill(String(largest));
  }
  await analyst.getByTestId('model-dataset').click();
  await analyst.getByTestId(`option-${scoring.model}`).click();
  await analyst.getByTestId('degree-2').click();
  await carryOut(analyst, {
    name: '密文评分', purpose: '评估参保人员的费用风险', tells: ['6 个系数'], form: 'analyst-new-scoring',
    words: ['6 个系数', '评分方的行数', '全同态'], owners: scoring.owners, consent: 'owner-consent-scoring',
  });
  const rows = Number(await analyst.getByTestId('matches').getAttribute('data-count'));
  if (rows !== scoring.expectedRows) throw new Error(`${rows} scores, ${scoring.expectedRows} expected`);
  await analyst.getByText(scoring.firstScore, { exact: true }).first().waitFor();
  await shot(analyst, 'analyst-scores');
  leave(analyst, scoring.analyst);
  outcome.seen.push('scores');
}

// Several departments' values are added up by the asking department, which sees ciphertexts only.
async function total(totals) {
  const analyst = await enter(totals.analyst);
  await menu(analyst, 'jobs');
  await analyst.getByTestId('new-totals').click();
  await analyst.getByTestId('categories').fill(totals.categories);
  for (const [index, reporter] of totals.reporters.entries()) {
    await analyst.getByTestId(`reporter-${index}`).click();
    await analyst.getByTestId(`option-${index}-${reporter.dataset}`).click();
    await analyst.getByTestId(`value-${index}`).click();
    await analyst.getByTestId(`value-${index}-${reporter.value}`).click();
    await analyst.getByTestId(`category-${index}`).click();
    await analyst.getByTestId(`category-${index}-${reporter.category}`).click();
  }
  await choose(analyst, 'collector', totals.collector);
  await analyst.getByTestId('statistic-3').click();
  await analyst.getByRole('spinbutton', { name: '小数位' }).fill(String(totals.decimals));
  await analyst.getByRole('spinbutton', { name: '绝对值上限' }).fill(String(totals.largest));
  await carryOut(analyst, {
    name: '各方合计', purpose: '统计各区缴费情况', tells: ['不知道其中任何一方的数值'], form: 'analyst-new-totals',
    words: [`${totals.reporters.length} 个报送方合计`, '汇聚方只见密文'], owners: totals.owners, consent: 'owner-consent-totals',
  });
  for (const cell of totals.cells) await analyst.getByText(cell, { exact: true }).first().waitFor();
  await shot(analyst, 'analyst-totals');
  await analyst.getByTestId('receipts').click();
  await analyst.getByTestId('receipts-agree').waitFor();
  await analyst.getByTestId('receipts-bound').waitFor();
  await shot(analyst, 'receipts-totals');
  leave(analyst, totals.analyst);
  outcome.seen.push('totals');
}

// The analyst asks for a proof under a key that was published; the owner's executor makes it.
async function askForAProof({ owner, analyst, purpose }, { key, dataset, bounds, limits, persons, statement, cells, owners }) {
  const page = await enter(analyst);
  await menu(page, 'jobs');
  await page.getByTestId('new-proof').click();
  await choose(page, 'proof-key', `${owner.split('/')[0]}/${key}/1`);
  await page.getByTestId('proven-dataset').click();
  await page.getByTestId(`option-${dataset}`).click();
  for (const [index, bound] of bounds.entries()) await page.getByTestId(`bound-${index}`).fill(bound);
  if (limits) await page.getByTestId('asked-limits').fill(limits);
  else await page.getByTestId('asked-purpose').fill(purpose);
  if (persons) {
    await page.getByTestId('persons-dataset').click();
    await page.locator(`[data-testid="option-${persons}"]:visible`).click();
  }
  await carryOut(page, {
    name: `请求证明 ${key}`, purpose: '核验申请人的资格', tells: [statement], form: `analyst-new-proof-${key}`,
    words: [statement, '所有账户', '零知识'], owners, consent: `owner-consent-proof-${key}`,
  });
  await page.getByTestId('job-proof').first().waitFor();
  for (const cell of cells) await page.getByText(cell).first().waitFor();
  await shot(page, `analyst-proof-${key}`);
  leave(page, analyst);
  outcome.seen.push(`proof of ${key} by a job`);
}

// An owner publishes a commitment with a statement; another department's proof is verified by the chain and again here.
async function prove({ owner, analyst, name, folder: files, conditions, purpose }) {
  const file = (one) => join(files, one);
  const publisher = await enter(owner);
  await menu(publisher, 'proofs');
  await publisher.getByTestId('publish-statement').click();
  for (const kind of ['column', 'list', 'records']) {
    await publisher.getByTestId(`use-${kind}`).click();
    if (!(await publisher.getByTestId('proof-commands').innerText()).includes(`--kind ${kind}`)) throw new Error('the form names another command');
  }
  await publisher.getByTestId('statement-name').fill(name);
  await publisher.getByTestId('statement-conditions').fill(conditions);
  await publisher.getByTestId('statement-key').setInputFiles(file('proof.json'));
  await publisher.getByTestId('statement-commitment').setInputFiles(file('key.json'));
  if (await publisher.getByTestId('statement-submit').isEnabled()) throw new Error('a key was taken for a commitment');
  await publisher.getByTestId('statement-commitment').setInputFiles(file('commitment.txt'));
  await publisher.getByTestId('statement-key').setInputFiles(file('key.json'));
  await publisher.getByTestId('committed-to').waitFor();
  await shot(publisher, 'proofs-publish');
  await publisher.getByTestId('statement-submit').click();
  const id = `${owner.split('/')[0]}/${name}`;
  await publisher.getByTestId('proof-keys').getByText(id).waitFor({ timeout: 60_000 });
  leave(publisher, owner);
  outcome.seen.push('statement published');
  const page = await enter(analyst);
  await menu(page, 'proofs');
  await page.getByTestId('proof-keys').getByText(id).waitFor({ timeout: 30_000 });
  await page.getByTestId('submit-proof').click();
  await choose(page, 'proof-key', id);
  await page.getByTestId('proof-conditions').fill(conditions);
  await page.getByTestId('proof-purpose').fill(purpose);
  await page.getByTestId('proof-file').setInputFiles(file('proof.json'));
  const values = JSON.parse(readFileSync(file('public.json'), 'utf8'));
  const changed = values.map((value, i) => (i === 2 ? String(BigInt(value) + 1n) : value));
  await page.getByTestId('public-file').setInputFiles({ name: 'changed.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(changed)) });
  await page.getByTestId('proof-submit').click();
  await page.locator('[data-testid="proof-verdict"][data-valid="false"]').waitFor({ timeout: 60_000 });
  await shot(page, 'proofs-refused');
  await page.getByTestId('public-file').setInputFiles(file('public.json'));
  await page.getByTestId('proof-submit').click();
  await page.locator('[data-testid="proof-verdict"][data-valid="true"]').waitFor({ timeout: 60_000 });
  await shot(page, 'proofs-verified');
  await page.keyboard.press('Escape');
  const row = page.getByTestId('stored-proofs').locator('tr', { hasText: id });
  await row.waitFor({ timeout: 30_000 });
  await row.locator('[data-testid^="check-"]').click();
  await page.locator('[data-testid="checked"][data-holds="true"]').waitFor();
  await row.locator('.el-table__expand-icon').click();
  await page.getByText('bound of income <', { exact: true }).waitFor();
  await shot(page, 'proofs-stored');
  leave(page, analyst);
  outcome.seen.push('proof verified');
}

// The supervisor follows all audit logs, freezes an account and frees it, and sets a rule and drops it.
async function supervise(supervisor, { logs, frozen, call }) {
  await menu(supervisor, 'audit');
  await supervisor.getByTestId('audit-begin').click();
  for (const log of logs) await supervisor.locator(`[data-testid="anchored-${log}"]:not([data-sequence="0"])`).waitFor({ timeout: 60_000 });
  await supervisor.getByTestId('audit-quiet').waitFor();
  await shot(supervisor, 'supervisor-audit');
  await choose(supervisor, 'audit-filter-log', logs[0]);
  await supervisor.getByTestId('audit-records').getByText(logs[0]).first().waitFor();
  if (await supervisor.getByTestId('audit-records').getByText(logs[1]).count() !== 0) throw new Error('the filter lets others through');
  await shot(supervisor, 'supervisor-audit-filtered');
  await menu(supervisor, 'permissions');
  for (const [button, standing] of [['freeze', 'true'], ['unfreeze', 'false']]) {
    await supervisor.getByTestId(`${button}-${frozen}`).click();
    await supervisor.getByTestId('freeze-reason').fill('岗位变动');
    await supervisor.getByTestId('freeze-sign').click();
    await supervisor.locator(`[data-testid="standing-${frozen}"][data-frozen="${standing}"]`).waitFor({ timeout: 60_000 });
    await shot(supervisor, `supervisor-${button}`);
  }
  await supervisor.getByTestId('set-rule').click();
  await supervisor.getByTestId('rule-resource').locator('input').fill(call);
  await supervisor.keyboard.press('Enter');
  await choose(supervisor, 'rule-kind', '过半数部门');
  await supervisor.getByTestId('rule-reason').fill('须多方同意');
  await shot(supervisor, 'supervisor-rule');
  await supervisor.getByTestId('rule-sign').click();
  await supervisor.getByTestId('permission-rules').getByText(call).waitFor({ timeout: 60_000 });
  await shot(supervisor, 'supervisor-permissions');
  await supervisor.getByTestId(`drop-${call}`).click();
  await supervisor.getByTestId(`drop-${call}`).waitFor({ state: 'detached', timeout: 60_000 });
  outcome.seen.push('audit feed, freezing and rules');
}

const outcome = { seen: [], matches: -1, jobId: '' };
try {
  const { job } = config;
  await refusesAStranger();
  outcome.seen.push('certificate of a stranger refused');

  const stranger = await open('wrong password');
  await shot(stranger, 'login');
  await login(stranger, job.analyst, 'not the password');
  await stranger.getByTestId('login-error').waitFor();
  await shot(stranger, 'login-wrong-password');
  await stranger.context().close();
  outcome.seen.push('wrong password refused');

  for (const source of config.register ?? []) {
    const page = await enter(source.owner);
    await register(page, source);
    leave(page, source.owner);
    outcome.seen.push(`registered ${source.name}`);
  }

  const analyst = await enter(job.analyst);
  await menu(analyst, 'jobs');
  await analyst.getByTestId('new-job').click();
  await analyst.getByTestId('own-dataset').click();
  await analyst.getByTestId(`option-${job.own}`).click();
  await analyst.getByTestId('other-dataset').click();
  await analyst.getByTestId(`option-${job.other}`).click();
  const title = `参保与纳税核对 ${Date.now() % 100000}`;
  await analyst.getByTestId('job-title').fill(title);
  await analyst.getByTestId('job-purpose').fill('核对医保参保与纳税登记的一致性');
  // All own identifiers, each with whether the other side has it; the chain chooses the protocol.
  await analyst.getByTestId('join-2').click();
  await shot(analyst, 'analyst-new-job');
  await analyst.getByTestId('submit-job').click();
  const link = analyst.getByTestId('jobs').getByRole('link', { name: title });
  await link.waitFor({ timeout: 60_000 });
  await shot(analyst, 'analyst-jobs');
  await link.click();
  await state(analyst, 'AWAITING_CONSENT', 30);
  outcome.jobId = analyst.url().split('/').pop();
  await shot(analyst, 'analyst-job-awaiting');

  for (const account of job.owners) {
    const owner = await enter(account);
    await menu(owner, 'consents');
    const card = owner.getByTestId(`consent-${outcome.jobId}`);
    await card.waitFor();
    for (const words of ['全部并标注', 'Mbit/s', '约', '小时内对方已运行']) {
      if (!(await card.innerText()).includes(words)) throw new Error(`the consent says nothing of ${words}`);
    }
    await shot(owner, `owner-consent-${account.replace('/', '-')}`);
    await card.getByTestId('consent-reason').fill('依据数据共享协议');
    await card.getByTestId('approve').click();
    await card.waitFor({ state: 'detached', timeout: 60_000 });
    leave(owner, account);
    outcome.seen.push(`consent of ${account}`);
  }

  await analyst.getByTestId('progress').waitFor({ timeout: 60_000 });
  await analyst.waitForTimeout(1200);
  await shot(analyst, 'analyst-job-running');
  outcome.seen.push('progress');
  await state(analyst, 'COMPLETED', job.timeoutSeconds ?? 300);
  await analyst.getByTestId('open-result').click();
  await analyst.getByTestId('result-opened').waitFor();
  outcome.matches = Number(await analyst.getByTestId('matches').getAttribute('data-count'));
  if (job.expectedMatches !== undefined && outcome.matches !== job.expectedMatches) {
    throw new Error(`${outcome.matches} matches, ${job.expectedMatches} expected`);
  }
  if (!(await analyst.getByTestId('matches').innerText()).includes('本方')) throw new Error('the result does not tell of all own identifiers');
  await shot(analyst, 'analyst-result');
  const csv = analyst.waitForEvent('download');
  await analyst.getByTestId('download-csv').click();
  await (await csv).saveAs(join(shots, 'matches.csv'));
  await analyst.getByTestId('receipts').click();
  await analyst.getByTestId('receipts-agree').waitFor();
  await shot(analyst, 'analyst-receipts');
  for (const button of await analyst.getByTestId('download-receipt').all()) {
    const download = analyst.waitForEvent('download');
    await button.click();
    const file = await download;
    await file.saveAs(join(shots, file.suggestedFilename()));
  }
  outcome.seen.push('result and receipts');
  await analyst.getByTestId('language').click();
  await shot(analyst, 'analyst-receipts-english');
  await analyst.getByTestId('logout').click();
  await analyst.getByTestId('login-account').waitFor();

  const supervisor = await enter(job.supervisor);
  await supervisor.getByTestId('nodes').waitFor();
  await supervisor.waitForTimeout(1500);
  await shot(supervisor, 'supervisor-overview');
  await menu(supervisor, 'records');
  await supervisor.getByTestId('anchors').waitFor();
  await shot(supervisor, 'supervisor-records');
  if (await supervisor.getByTestId('menu-consents').count() !== 0) throw new Error('a supervisor has no consents');
  if (config.supervision) await supervise(supervisor, config.supervision);
  await supervisor.context().close();
  const narrow = await enter(job.supervisor, { width: 420, height: 860 });
  await narrow.getByTestId('nodes').waitFor();
  await narrow.waitForTimeout(1200);
  await shot(narrow, 'supervisor-narrow');
  outcome.seen.push('overview');

  for (const form of config.collisions ?? []) await collide(form);
  if (config.lookup) await lookUp(config.lookup);
  if (config.scoring) await score(config.scoring);
  if (config.totals) await total(config.totals);
  if (config.proofs) await prove(config.proofs);
  for (const asked of config.proofs?.asked ?? []) await askForAProof(config.proofs, asked);

  if (violations.length > 0) throw new Error(violations.join('\n'));
  console.log(JSON.stringify({ ...outcome, screenshots: shotNumber, passed: true }));
} catch (error) {
  console.error(error);
  const pages = browser.contexts().flatMap((context) => context.pages());
  for (const page of pages) await shot(page, 'failure').catch(() => undefined);
  console.error(violations.join('\n'));
  console.log(JSON.stringify({ ...outcome, screenshots: shotNumber, passed: false, failure: String(error.message ?? error) }));
  process.exitCode = 1;
} finally {
  await browser.close();
}
