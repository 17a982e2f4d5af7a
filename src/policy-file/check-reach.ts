/** Whether the channels, the identity connector and the platform's limits make sense. */
import { CONNECTORS, type ConnectorKind } from '../identity/connectors/registry.ts';
import { kindOf } from '../notify/channels/registry.ts';
import { entriesAt, isBlock, noteOnce, part, readable, warn, type Checking } from './checking.ts';
import { isBy } from '../domain/policy/actions.ts';
import { sections, type ReturnsText } from './schema.ts';
import { channel, type ChannelText } from './schema-notify.ts';
import type { Path } from './source.ts';

/** The platform's default ceiling for one OAuth token, in requests a minute. */
const PLATFORM_CEILING = 300;

/** Adds the faults of the channels. Answers whether one that is on lists `warning`, and whether one lists `return`. */
export function checkChannels(checking: Checking): Pick<Checking, 'warns' | 'reported'> {
  const { source } = checking;
  const names = new Map<string, Path>();
  let [warns, reported] = [false, false];
  entriesAt(source, ['notify']).forEach((entry, i) => {
    const path: Path = ['notify', i];
    const name = source.at([...path, 'name']);
    if (typeof name === 'string') noteOnce(checking, names, name, [...path, 'name'], 'channel');
    // Of a channel with a fault of its own nothing is certain: better not to fault the rules that count on it.
    const isReadable = part(channel, entry) !== undefined;
    const fitting = readable(channel, entry, CHANNEL);
    if (!isReadable || (fitting !== undefined && warnsAgents(fitting))) warns = true;
    if (!isReadable || fitting?.on.includes('return') === true) reported = true;
    if (fitting !== undefined) checkChannel(checking, fitting, path);
  });
  checkCeiling(checking);
  return { warns, reported };
}

/** Stand-ins for keys with faults. */
const CHANNEL = { name: 'a channel', url: '', from: 'a-sender', on: ['warning'] };

/** A chat that others read is no way to tell one agent. */
function reachesAgents(one: ChannelText): boolean {
  return (kindOf(one)?.warns ?? 'no_one') !== 'no_one';
}

function warnsAgents(one: ChannelText): boolean {
  return one.url !== '' && one.on.includes('warning') && reachesAgents(one);
}

function checkChannel(checking: Checking, one: ChannelText, path: Path): void {
  if (one.url === '') warn(checking, [...path, 'url'], 'is empty: the channel is switched off');
  if (one.on.includes('warning') && !reachesAgents(one))
    warn(checking, [...path, 'on'], 'lists warning, but a chat message does not go to the agent alone');
  for (const topic of Object.keys(one.templates ?? {}))
    if (!one.on.some((listed) => listed === topic))
      warn(checking, [...path, 'templates', topic], 'is never used: `on` does not list this kind of message');
  const alarms = [...new Set(one.on)].filter((topic) => topic !== 'warning');
  for (const { severity, path: keys, message } of kindOf(one)?.remarks(one, alarms) ?? []) {
    if (severity === 'fault') checking.faults.add([...path, ...keys], message);
    else warn(checking, [...path, ...keys], message);
  }
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
  const present = CONNECTORS.filter(({ name }) => given[name] !== undefined);
  const names = present.map(({ name }) => name);
  if (present.length > 1) faults.add(['identity'], `has ${names.join(' and ')}: keep one connector`);
  if (isReadable && present.length === 0 && Object.keys(given).length > 0) {
    const all = CONNECTORS.map(({ name }) => name).join(', ');
    faults.add(['identity'], `has no connector; there are ${all}; write {} for none`);
  }
  for (const kind of present) checkConnector(checking, kind, given[kind.name]);
  return isReadable ? names[0] : 'unknown';
}

/** Warns of a connector that no rung asks; `ladders` are all that count. */
export function checkUnused(checking: Checking, ladders: readonly ReturnsText['ladder'][]): void {
  const { source, connector } = checking;
  if (connector === undefined || source.at(['identity', connector]) === undefined) return;
  if (ladders.flat().some(({ actions }) => actions.some((action) => isBy('identity_provider', action))))
    return;
  warn(
    checking,
    ['identity', connector],
    'is never asked: no rung of a ladder has end_sso_session; put it before revoke_tokens in a rung of returns.ladder, or leave the connector out',
  );
}

/** Inside a cluster plain HTTP is not unusual; anywhere else an eavesdropper could end any session from then on. */
function checkConnector(checking: Checking, kind: ConnectorKind, given: unknown): void {
  const fault = isBlock(given) ? kind.faultIn(given) : undefined;
  if (fault !== undefined) checking.faults.add(['identity', kind.name], fault);
  for (const key of kind.addresses) {
    const path = ['identity', kind.name, key];
    const value = checking.source.at(path);
    if (typeof value === 'string' && /^http:/i.test(value) && !isLoopback(value)) {
      warn(checking, path, 'is not encrypted: anyone on the network path can read the credentials');
    }
  }
}

function isLoopback(url: string): boolean {
  return URL.canParse(url) && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);
}
