/** The program under an environment that holds its mode down, and with its log as a person wants it. */
import { expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { createSandbox } from '../../src/sandbox/index.ts';
import { CLIENT_ID, CLIENT_SECRET } from './organisation.ts';
import { Trial, until } from './program.ts';

const PATIENCE = 60_000;

test('IDLE_ENFORCER_MODE=observe holds over a changed policy, and log, /status, metrics and validate say so', async () => {
  const now = Date.now();
  const sandbox = createSandbox({
    ...{ seed: 1, agents: 5, now: () => Date.now(), startsAt: now },
    ...{ clientId: CLIENT_ID, clientSecret: CLIENT_SECRET },
  });
  const trial = new Trial();
  try {
    const { apiUrl } = await sandbox.listen();
    const policy = `version: 1
mode: enforce
genesys: { region: eu-west-1, api_url: "${apiUrl}", login_url: "${apiUrl}", client_id: ${CLIENT_ID}, client_secret: ${CLIENT_SECRET} }
profiles: [{ name: all, rules: [{ id: gone, when: { presence: [away] }, limit: 1h }] }]
store: { sqlite: "${trial.store}" }
sweep: { every: "* * * * * *" }
server: { host: 127.0.0.1, port: 0 }
`;
    writeFileSync(trial.config, policy);
    const env = { IDLE_ENFORCER_MODE: 'observe', IDLE_ENFORCER_LOG_LEVEL: 'info' };
    const run = trial.start(['run'], env);
    expect(await until(() => run.lines('sweep done').length > 0, PATIENCE)).toBe(true);
    const [start] = run.lines('the idle enforcer starts');
    expect(start).toMatchObject({ mode: 'observe', modeHeldBy: 'IDLE_ENFORCER_MODE=observe' });

    writeFileSync(trial.config, policy.replace('limit: 1h', 'limit: 2h').concat('log: { level: fatal }\n'));
    expect(await until(() => run.lines('the changed policy is in force').length === 1, PATIENCE)).toBe(true);
    const told = JSON.parse(await run.get('/status')) as Record<string, unknown>;
    expect(told).toMatchObject({ mode: 'observe', modeHeldBy: 'IDLE_ENFORCER_MODE=observe' });
    const metrics = await run.get('/metrics');
    expect(metrics).toContain('idle_enforcer_mode{mode="enforce",organisation="default"} 0');
    expect(metrics).toContain('idle_enforcer_observe_held{organisation="default"} 1');
    expect((await run.terminate()).code).toBe(143);
    expect(run.lines('the idle enforcer has stopped')).toHaveLength(1);

    const validate = trial.start(['validate'], env);
    await validate.wait();
    expect(validate.output).toContain(
      'The environment holds the mode at observe (IDLE_ENFORCER_MODE=observe)',
    );

    const held = trial.start(['once'], env);
    expect(await held.wait()).toBe(0);
    expect(held.lines('the environment holds the mode at observe')).toMatchObject([
      { policySays: 'enforce' },
    ]);

    const pretty = trial.start(['once', '--log-format', 'pretty'], {
      FORCE_COLOR: '0',
      IDLE_ENFORCER_LOG_LEVEL: 'info',
    });
    expect(await pretty.wait()).toBe(0);
    expect(pretty.output).toMatch(/^\[.*\] INFO: sweep done \{/m);
    expect(pretty.output).not.toContain(CLIENT_SECRET);
    expect(readFileSync(trial.config, 'utf8')).toContain('mode: enforce');
  } finally {
    await trial.close();
    await sandbox.close();
  }
});

test.each([
  ['run', { IDLE_ENFORCER_MODE: 'enforce' }, 'IDLE_ENFORCER_MODE in the environment is "enforce"'],
  ['once', { IDLE_ENFORCER_MODE: 'yes' }, 'IDLE_ENFORCER_MODE in the environment is "yes"'],
  ['validate', { IDLE_ENFORCER_LOG_LEVEL: 'loud' }, 'IDLE_ENFORCER_LOG_LEVEL in the environment is "loud"'],
  ['doctor', { IDLE_ENFORCER_LOG_FORMAT: 'xml' }, 'IDLE_ENFORCER_LOG_FORMAT in the environment is "xml"'],
])('%s ends with 2 under %j, before it does anything', async (command, env, sentence) => {
  const trial = new Trial();
  try {
    const run = trial.start([command], env);
    expect(await run.wait()).toBe(2);
    expect(run.output).toContain(sentence);
  } finally {
    await trial.close();
  }
});

test('a pause does not mind what the environment says of the mode', async () => {
  const trial = new Trial();
  try {
    const run = trial.start(['pause', '--store', trial.store], { IDLE_ENFORCER_MODE: 'enforce' });
    await run.wait();
    expect(run.output).toContain('There is no store at');
  } finally {
    await trial.close();
  }
});
