/** `run` as somebody would start it, while its policy changes as a ConfigMap does. */
import { expect, test } from '@jest/globals';
import { createSandbox } from '../../src/sandbox/index.ts';
import { CLIENT_ID, CLIENT_SECRET } from '../blackbox/organisation.ts';
import { Trial, until } from '../blackbox/program.ts';
import { Receiver } from '../notify/parts.ts';
import { Folder, policyText } from './reload-parts.ts';

/** Far more than is needed, for a machine that has much else to do. */
const PATIENCE = 60_000;

test('a changed ConfigMap is taken up, a faulty one is refused and told of, and the program ends in order', async () => {
  const sandbox = createSandbox({
    seed: 1,
    agents: 5,
    now: () => Date.now(),
    startsAt: Date.now(),
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
  });
  const receiver = await Receiver.open();
  const trial = new Trial();
  const folder = new Folder();
  try {
    const { apiUrl } = await sandbox.listen();
    const good = policyText({
      limit: '2h',
      every: '* * * * * *',
      secret: CLIENT_SECRET,
      more: `server: { port: 0 }
store: { sqlite: "${trial.store}" }
notify: [{ name: ops, type: slack, url: "${receiver.url}/ops", on: [policy_refused] }]`,
    }).replace('client_id: client', `client_id: ${CLIENT_ID}, api_url: "${apiUrl}", login_url: "${apiUrl}"`);
    folder.swap({ 'policy.yaml': good });
    const run = trial.start(['run', '--config', folder.policy]);
    const sweeps = (): number => run.lines('sweep done').length;
    expect(await until(() => sweeps() > 0, PATIENCE)).toBe(true);

    folder.swap({ 'policy.yaml': good.replace('limit: 2h', 'limit: 90m') });
    expect(await until(() => run.lines('the changed policy is in force').length === 1, PATIENCE)).toBe(true);
    const [taken] = run.lines('the changed policy is in force');
    expect(taken?.['changes']).toEqual(['rule gone: limit 2h → 1h30m']);

    folder.swap({
      'policy.yaml': good.replace('limit: 2h', 'limit: 90m').replace('version: 1', 'version: 1\nname: acme'),
    });
    expect(await until(() => run.lines('the changed policy is in force').length === 2, PATIENCE)).toBe(true);
    const acme = run.lines('the changed policy is in force')[1];
    expect(acme?.['changes']).toEqual(['name default → acme']);
    expect(JSON.parse(await run.get('/status'))).toMatchObject({
      organisation: 'acme',
      policy: acme?.['policy'],
      mode: 'observe',
      paused: false,
    });
    const renamed = await run.get('/metrics');
    expect(renamed).toContain('idle_enforcer_mode{mode="observe",organisation="acme"} 1');
    expect(renamed).not.toContain('organisation="default"');

    folder.swap({ 'policy.yaml': good.replace('limit: 2h', 'limit: long') });
    expect(await until(() => receiver.received.length > 0, PATIENCE)).toBe(true);
    expect(receiver.received[0]?.body).toContain('is not a duration');
    const before = sweeps();
    expect(await until(() => sweeps() > before, PATIENCE)).toBe(true);
    expect(await run.get('/metrics')).toContain(
      `idle_enforcer_policy_info{hash="${String(acme?.['policy'])}",organisation="acme"} 1`,
    );
    expect((await run.terminate()).code).toBe(143);
  } finally {
    await trial.close();
    folder.remove();
    await receiver.close();
    await sandbox.close();
  }
}, 240_000);
