/** The sandbox as a whole: an organisation, its people, and a server that speaks for the platform. */
import { castAgents } from './casting.ts';
import { FaultDice, type Faults } from './faults.ts';
import { AccessTokens } from './http/access-tokens.ts';
import { agentStatusRoutes } from './http/agent-status-routes.ts';
import { Api } from './http/api.ts';
import { effectRoutes } from './http/effect-routes.ts';
import { auditRoutes } from './http/audit-routes.ts';
import { historyRoutes } from './http/history-routes.ts';
import { inspectionRoutes } from './http/inspection-routes.ts';
import { notificationRoutes } from './http/notification-routes.ts';
import { organisationRoutes } from './http/organisation-routes.ts';
import { People } from './http/people.ts';
import type { Parts, Route } from './http/route.ts';
import { scheduleRoutes } from './http/schedule-routes.ts';
import { SandboxServer } from './http/server.ts';
import { Sockets } from './http/sockets.ts';
import { RequestTally, type RequestCounts } from './http/tally.ts';
import { userRoutes } from './http/user-routes.ts';
import { UserShapes } from './http/user-shapes.ts';
import { Notifications } from './notifications.ts';
import { settle, type SandboxOptions } from './options.ts';
import { foundOrganisation } from './organisation.ts';
import { createRandom, mixSeed } from './random.ts';
import { tellTruth, type Truth, type TruthOptions } from './truth.ts';
import { World } from './world.ts';

export interface Sandbox {
  /** Listens on 127.0.0.1; without a port, on one that the operating system gives. */
  listen(port?: number): Promise<{ readonly apiUrl: string; readonly loginUrl: string }>;
  /** Ends all connections at once. */
  close(): Promise<void>;
  readonly world: World;
  readonly requests: RequestCounts;
  /** What really happened, up to now. */
  truth(options?: TruthOptions): Truth;
  /** From now on these are the faults; those not named stay as they are. */
  setFaults(faults: Partial<Faults>): void;
}

/** Makes a sandbox. Throws `RangeError` for options that make no sense. */
export function createSandbox(options: SandboxOptions): Sandbox {
  const settings = settle(options);
  const { seed, startsAt, shiftMs, pace, turnover } = settings;
  const cast = castAgents(seed, settings.agents, settings.cast);
  const organisation = foundOrganisation(seed, cast, { from: startsAt, length: shiftMs / pace, turnover });
  const world = new World(organisation, settings);
  const now = (): number => world.now();
  const dice = new FaultDice(settings.faults, createRandom(mixSeed(seed, 6)), () => now() - startsAt);
  const parts: Parts = { world, settings, dice, tokens: new AccessTokens(seed, now, settings) };
  const tally = new RequestTally();
  const notifications = new Notifications(parts);
  let url = '';
  const here = (): string => url;
  const routes = [
    ...routesOf(parts),
    ...notificationRoutes(notifications, here),
    ...scheduleRoutes(parts, here),
  ];
  const sockets = new Sockets(notifications);
  const server = new SandboxServer(new Api(parts, routes, tally), sockets, () => {
    notifications.tell();
  });
  return {
    listen: async (port = 0) => {
      url = await server.listen(port);
      return { apiUrl: url, loginUrl: url };
    },
    close: () => {
      notifications.close();
      return server.close();
    },
    world,
    requests: tally,
    truth: (wanted) => tellTruth(world, wanted),
    setFaults: (faults) => {
      dice.faults = { ...dice.faults, ...faults };
    },
  };
}

function routesOf(parts: Parts): readonly Route[] {
  const people = new People(parts.world);
  const shapes = new UserShapes(parts.world, parts.settings, parts.dice);
  return [
    ...userRoutes(parts, people, shapes),
    ...effectRoutes(parts, people, shapes),
    ...organisationRoutes(parts, people, shapes),
    ...inspectionRoutes(parts),
    ...historyRoutes(parts),
    ...auditRoutes(parts),
    ...agentStatusRoutes(parts, people),
  ];
}
