import { expect, test } from '@jest/globals';
import { createLog } from '../../src/app/logging.ts';
import { MemoryOutbox } from '../../src/store/memory/outbox.ts';
import { loadPolicyText } from '../../src/policy-file/load.ts';
import type { Settings } from '../../src/policy-file/draft.ts';
import { Metrics } from '../../src/server/metrics.ts';
import { Redactor } from '../../src/texts/redactor.ts';
import { tellingOf, type Telling } from '../../src/app/compose-notify.ts';

const SECRET = 'k7Qw9ZtB4xLm2NcV8pRj5HgF3dSa6YeU';
const T = Date.parse('2026-03-02T14:00:00Z');
const POLICY = `version: 1
genesys: { region: eu-west-1, client_id: a, client_secret: ${SECRET} }
profiles: [{ name: all, rules: [{ id: gone, when: { presence: [away] }, limit: 1h }] }]
notify: [{ name: ops, type: webhook, url: "http://127.0.0.1:9/", on: [forbidden, breaker] }]`;

/** Tells of one alarm about something that a server has said; answers what was logged, and what waits. */
async function told(settings: Settings): Promise<{ line: object; waiting: string }> {
  const lines: string[] = [];
  const redactor = new Redactor();
  redactor.know(SECRET);
  const outbox = new MemoryOutbox();
  const telling: Telling = tellingOf(settings, {
    clock: { now: () => T, sleep: () => Promise.resolve() },
    log: createLog('info', { write: (line: string) => void lines.push(line) }, redactor),
    metrics: new Metrics(),
    outbox,
    redactor,
    sender: { send: () => Promise.reject(new Error('nobody there')), close: () => Promise.resolve() },
  });
  const detail = `403: you sent ${Buffer.from(SECRET).toString('hex')}`;
  telling.alarm({ kind: 'forbidden', message: 'the service may not log this agent off', fields: { detail } });
  await telling.notifier.flush();
  await telling.notifier.close(0);
  const [waiting] = await outbox.due(Infinity, 10);
  return { line: JSON.parse(lines[0] ?? '{}') as object, waiting: waiting?.body ?? '' };
}

/** The settings of the policy under this name. */
function named(name: string): Settings {
  return loadPolicyText(`${POLICY}\nname: ${name}`, 'policy.yaml', {}).settings;
}

test('the log line of an alarm names its kind, the organisation and the page of the runbook', async () => {
  const { settings } = loadPolicyText(POLICY, 'policy.yaml', {});
  expect((await told(settings)).line).toMatchObject({
    level: 'error',
    alarm: 'forbidden',
    organisation: 'default',
    runbook: 'IdleEnforcerForbidden',
  });
  expect((await told(named('Vienna'))).line).toMatchObject({ organisation: 'Vienna' });
});

test('what waits to be told, in the store, holds no secret that a server gave back', async () => {
  const { waiting } = await told(named('Vienna'));
  expect(JSON.parse(waiting)).toMatchObject({
    organisation: 'Vienna',
    items: [{ detail: '403: you sent [hidden]' }],
  });
});
