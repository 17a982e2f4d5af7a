/**
 * What stands before the ports of a worker in a shift: it hands on each call, unless a test has put something `instead` of a
 * method. `inner` is what lies behind.
 */
import type { Directory, Effects } from '../../src/ports/agents.ts';
import type { Store } from '../../src/ports/store.ts';
import type { Platform } from '../../src/genesys/platform.ts';

/** Some methods of a port; what is left out, or `undefined`, is handed on. */
type Instead<Port, Method extends keyof Port> = { [K in Method]?: Port[K] | undefined };

type StoreMethod = 'saveStep' | 'saveSweep' | 'holdLease' | 'takeResume' | 'saveAgents' | 'setFacts';

/** See the head of this file. */
export class InterposedStore implements Store {
  readonly inner: Store;
  readonly instead: Instead<Store, StoreMethod> = {};
  readonly outbox: Store['outbox'];
  readonly sessions: Store['sessions'];
  readonly place: string;

  constructor(inner: Store) {
    this.inner = inner;
    this.outbox = inner.outbox;
    this.sessions = inner.sessions;
    this.place = inner.place;
  }

  get opened(): number {
    return this.inner.opened;
  }

  get setAside(): string | undefined {
    return this.inner.setAside;
  }

  saveStep: Store['saveStep'] = (...args) => this.instead.saveStep?.(...args) ?? this.inner.saveStep(...args);
  saveSweep: Store['saveSweep'] = (...args) =>
    this.instead.saveSweep?.(...args) ?? this.inner.saveSweep(...args);
  holdLease: Store['holdLease'] = (...args) =>
    this.instead.holdLease?.(...args) ?? this.inner.holdLease(...args);
  takeResume: Store['takeResume'] = () => this.instead.takeResume?.() ?? this.inner.takeResume();
  saveAgents: Store['saveAgents'] = (...args) =>
    this.instead.saveAgents?.(...args) ?? this.inner.saveAgents(...args);
  setFacts: Store['setFacts'] = (...args) => this.instead.setFacts?.(...args) ?? this.inner.setFacts(...args);

  takeDamage: Store['takeDamage'] = () => this.inner.takeDamage();
  releaseLease: Store['releaseLease'] = (...args) => this.inner.releaseLease(...args);
  noteSweep: Store['noteSweep'] = (...args) => this.inner.noteSweep(...args);
  lease: Store['lease'] = () => this.inner.lease();
  worker: Store['worker'] = () => this.inner.worker();
  rememberedPages: Store['rememberedPages'] = (...args) => this.inner.rememberedPages(...args);
  loadMemories: Store['loadMemories'] = () => this.inner.loadMemories();
  loadMemory: Store['loadMemory'] = (...args) => this.inner.loadMemory(...args);
  loadStanding: Store['loadStanding'] = () => this.inner.loadStanding();
  openIntents: Store['openIntents'] = () => this.inner.openIntents();
  events: Store['events'] = (...args) => this.inner.events(...args);
  eventPages: Store['eventPages'] = (...args) => this.inner.eventPages(...args);
  countPages: Store['countPages'] = (...args) => this.inner.countPages(...args);
  pause: Store['pause'] = () => this.inner.pause();
  setPause: Store['setPause'] = (...args) => this.inner.setPause(...args);
  requestResume: Store['requestResume'] = () => this.inner.requestResume();
  addStay: Store['addStay'] = (...args) => this.inner.addStay(...args);
  learnt: Store['learnt'] = () => this.inner.learnt();
  saveLearnt: Store['saveLearnt'] = (...args) => this.inner.saveLearnt(...args);
  facts: Store['facts'] = () => this.inner.facts();
  agents: Store['agents'] = () => this.inner.agents();
  findAgents: Store['findAgents'] = (...args) => this.inner.findAgents(...args);
  prune: Store['prune'] = (...args) => this.inner.prune(...args);
  close: Store['close'] = () => this.inner.close();
}

/** See the head of this file. */
export class InterposedDirectory implements Directory {
  readonly hands = 'everyone';
  readonly inner: Directory;
  readonly instead: Instead<Directory, 'sweep' | 'reread'> = {};

  constructor(inner: Directory) {
    this.inner = inner;
  }

  sweep: Directory['sweep'] = (...args) => this.instead.sweep?.(...args) ?? this.inner.sweep(...args);
  reread: Directory['reread'] = (...args) => this.instead.reread?.(...args) ?? this.inner.reread(...args);
  serverNow: Directory['serverNow'] = () => this.inner.serverNow();
  nativeTimeouts: Directory['nativeTimeouts'] = () => this.inner.nativeTimeouts();
}

/** See the head of this file. */
export class InterposedEffects implements Effects {
  readonly inner: Effects;
  readonly instead: Instead<Effects, 'perform' | 'restorePresence'> = {};

  constructor(inner: Effects) {
    this.inner = inner;
  }

  perform: Effects['perform'] = (...args) => this.instead.perform?.(...args) ?? this.inner.perform(...args);
  restorePresence: Effects['restorePresence'] = (...args) =>
    this.instead.restorePresence?.(...args) ?? this.inner.restorePresence(...args);
  room: Effects['room'] = () => this.inner.room();
}

/** A platform behind its directory and its effects. */
export interface InterposedPlatform extends Platform {
  readonly directory: InterposedDirectory;
  readonly effects: InterposedEffects;
}

/** Stands before a platform. */
export function interpose(platform: Platform): InterposedPlatform {
  return {
    ...platform,
    directory: new InterposedDirectory(platform.directory),
    effects: new InterposedEffects(platform.effects),
  };
}
