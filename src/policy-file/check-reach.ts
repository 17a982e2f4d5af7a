/** Whether the channels, the identity connector and the platform's limits make sense. */
import { entriesAt, isBlock, noteOnce, part, readable, warn, type Checking } from './checking.ts';
import { sections } from './schema.ts';
import { CONNECTORS } from './schema-identity.ts';
import { channel, type ChannelText } from './schema-notify.ts';
import type { Path } from './source.ts';

/** The platform's default ceiling for one OAuth token, in requests a minute. */
const PLATFORM_CEILING = 300;

/** Adds the faults of the channels. Answers whether one that is on lists `warning`. */
export function checkChannels(checking: Checking): boolean {
  const { source } = checking;
  const names = new Map<string, Path>();
  let warns = false;
  entriesAt(source, ['notify']).forEach((entry, i) => {
    const path: Path = ['notify', i];
    const name = source.at([...path, 'name']);
    if (typeof name === 'string') noteOnce(checking, names, name, [...path, 'name'], 'channel');
    // Of a channel with a fault of its own nothing is certain: better not to fault the rules that count on it.
    const isReadable = part(channel, entry) !== undefined;
    const fitting = readable(channel, entry, CHANNEL);
    if (!isReadable || (fitting !== undefined && warnsAgents(fitting))) warns = true;
    if (fitting !== undefined) checkChannel(checking, fitting, path);
  });
  checkCeiling(checking);
  return warns;
}

/** Stand-ins for keys with faults. */
const CHANNEL = { name: 'a channel', url: '', from: 'a-sender', on: ['warning'] };

/** A chat that others read is no way to tell one agent. */
function reachesAgents(type: ChannelText['type']): boolean {
  return type === 'webhook' || type === 'email';
}

function warnsAgents({ type, url, on }: ChannelText): boolean {
  return url !== '' && on.includes('warning') && reachesAgents(type);
}

function checkChannel(checking: Checking, one: ChannelText, path: Path): void {
  if (one.url === '') warn(checking, [...path, 'url'], 'is empty: the channel is switched off');
  else if (one.type === 'webhook' && one.secret === undefined)
    warn(checking, path, 'the channel has no secret, so its messages are not signed');
  if (one.on.includes('warning') && !reachesAgents(one.type))
    warn(checking, [...path, 'on'], 'lists warning, but a chat message does not go to the agent alone');
  const alarms = [...new Set(one.on)].filter((topic) => topic !== 'warning');
  if (one.type === 'email' && one.to === undefined && alarms.length > 0)
    checking.faults.add([...path, 'to'], `is missing: no one would receive ${alarms.join(', ')}`);
}

function checkCeiling(checking: Checking): void {
  const path = ['genesys', 'requests_per_minute'];
  const wanted = checking.source.at(path);
  if ((typeof wanted === 'number' || typeof wanted === 'string') && Number(wanted) > PLATFORM_CEILING) {
    warn(
      checking,
      path,
      'the platform allows 300 requests a minute for each token unless your limit was raised',
    );
  }
}

/** Adds the faults of the identity connector. Answers its name, `unknown` when its part has faults of its own. */
export function checkIdentity(checking: Checking): string | undefined {
  const { source, faults } = checking;
  const value = source.at(['identity']);
  const given = isBlock(value) ? value : {};
  const isReadable = part(sections.identity, value) !== undefined;
  const present = CONNECTORS.filter((name) => given[name] !== undefined);
  if (present.length > 1) faults.add(['identity'], `has ${present.join(' and ')}: keep one connector`);
  if (isReadable && present.length === 0 && Object.keys(given).length > 0) {
    faults.add(['identity'], `has no connector; there are ${CONNECTORS.join(', ')}; write {} for none`);
  }
  if (isBlock(given['okta']) && !hasOneKind(given['okta'])) {
    faults.add(['identity', 'okta'], 'needs either api_token, or client_id and private_key');
  }
  for (const name of present) checkEncryption(checking, name);
  return isReadable ? present[0] : 'unknown';
}

const ADDRESSES = ['url', 'login_url', 'graph_url'] as const;

/** Inside a cluster plain HTTP is not unusual; anywhere else an eavesdropper could end any session from then on. */
function checkEncryption(checking: Checking, connector: (typeof CONNECTORS)[number]): void {
  for (const key of ADDRESSES) {
    const path = ['identity', connector, key];
    const value = checking.source.at(path);
    if (typeof value === 'string' && /^http:/i.test(value) && !isLoopback(value)) {
      warn(checking, path, 'is not encrypted: anyone on the network path can read the credentials');
    }
  }
}

function isLoopback(url: string): boolean {
  return URL.canParse(url) && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);
}

interface OktaKeys {
  readonly api_token?: unknown;
  readonly client_id?: unknown;
  readonly private_key?: unknown;
}

/** Either a token, or an app with its key: not both, not half. */
function hasOneKind({ api_token, client_id, private_key }: OktaKeys): boolean {
  const appParts = [client_id, private_key].filter((one) => one !== undefined).length;
  return api_token === undefined ? appParts === 2 : appParts === 0;
}
