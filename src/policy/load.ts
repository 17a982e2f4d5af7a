/** A policy file from disk to settings and draft, or a refusal that lists every fault. */
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { checkAll } from './check.ts';
import { longestInterval } from './cron.ts';
import type { Channel, LoadedPolicy, Settings } from './draft.ts';
import { PolicyRefused, wholeFileFault } from './faults.ts';
import { hashOf } from './hash.ts';
import { decode, whyUnreadable, type Env } from './interpolate.ts';
import { addIssues } from './issues.ts';
import { readYaml } from './read-yaml.ts';
import { root, type Content } from './schema.ts';
import type { ChannelText } from './schema-notify.ts';

const LARGEST = 512 * 1024;
/** The organisation of a policy that has no name. */
const UNNAMED = 'default';

/** Reads and checks a file. Throws `PolicyRefused`. */
export function loadPolicyFile(path: string, env: Env): LoadedPolicy {
  return loadPolicyText(readText(path), path, env);
}

function readText(path: string): string {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const { size } = fstatSync(file);
    if (size > LARGEST) throw wholeFileFault(path, 'is larger than 512 KiB, which no policy is');
    return decode(readFileSync(file));
  } catch (error) {
    if (error instanceof PolicyRefused) throw error;
    throw wholeFileFault(path, `the policy cannot be read: ${whyUnreadable(error)}`);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Reads and checks a text; `fileName` is how faults call it, and where relative `${file:…}` start. Throws `PolicyRefused`. */
export function loadPolicyText(text: string, fileName: string, env: Env): LoadedPolicy {
  if (text.length > LARGEST) throw wholeFileFault(fileName, 'is larger than 512 KiB, which no policy is');
  const { source, faults } = readYaml(text, fileName, env);
  if (source.value === null || source.value === undefined) {
    faults.throwIfAny();
    throw wholeFileFault(fileName, 'the file is empty; config/idle-enforcer.yaml is a good start');
  }
  const result = root.safeParse(source.value);
  if (!result.success) addIssues(result.error.issues, source, faults);
  const warnings: string[] = [];
  checkAll(source, faults, warnings);
  faults.throwIfAny();
  if (!result.success) throw wholeFileFault(fileName, 'does not fit the schema');
  const content = result.data;
  const hash = hashOf(source);
  const { mode, exempt, profiles, returns, caps, calendars } = content;
  const draft = { hash, source, content: { mode, exempt, profiles, returns, caps, calendars } };
  return { settings: toSettings(content), draft, hash, warnings };
}

function toSettings(content: Content): Settings {
  const { name, mode, genesys, sweep, notify, identity, store, server, log, tests } = content;
  const connected = [identity.okta, identity.entra, identity.keycloak, identity.webhook].some(
    (one) => one !== undefined,
  );
  return {
    organisation: name ?? UNNAMED,
    mode,
    genesys: {
      region: genesys.region,
      clientId: genesys.client_id,
      clientSecret: genesys.client_secret,
      apiUrl: genesys.api_url,
      loginUrl: genesys.login_url,
      requestsPerMinute: genesys.requests_per_minute,
      timeout: genesys.timeout,
    },
    sweep: { every: sweep.every, interval: longestInterval(sweep.every) },
    notify: notify.map(toChannel),
    identity: connected ? identity : undefined,
    store,
    server,
    log,
    tests,
  };
}

function toChannel(channel: ChannelText): Channel {
  return {
    name: channel.name,
    type: channel.type,
    url: channel.url,
    on: new Set(channel.on),
    enabled: channel.url !== '',
    secret: channel.type === 'webhook' ? channel.secret : undefined,
    from: channel.type === 'email' ? channel.from : undefined,
    to: channel.type === 'email' ? (channel.to ?? []) : [],
    templates: channel.templates,
  };
}
