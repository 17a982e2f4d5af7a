/** What makes a member of the cast: how the person spends the day, and what the browser does by itself. */
import type { UserState, Medium } from '../desk.ts';
import type { SystemPresence } from '../presences.ts';
import type { Random } from '../random.ts';

/** Something that a person, their desktop or the platform does. Persons log in first where they have to. */
export type Act =
  | { readonly do: 'arrive' }
  | { readonly do: 'leave' }
  | { readonly do: 'presence'; readonly to: SystemPresence }
  | { readonly do: 'lock' }
  | { readonly do: 'unlock' }
  | { readonly do: 'take'; readonly medium: Medium; readonly side: 'contactCenter' | 'enterprise' }
  | { readonly do: 'wrap' }
  | { readonly do: 'finish' }
  | { readonly do: 'miss' }
  | { readonly do: 'log-out' }
  /** A script in the browser sets a presence while the person is absent. */
  | { readonly do: 'script'; readonly to: SystemPresence }
  | { readonly do: 'native-timeout' }
  | { readonly do: 'wait' };

/** An act with its time, ms. */
export interface ScriptStep {
  readonly at: number;
  readonly act: Act;
}

/** What a story is told with. The desk shows the present state whenever the story goes on. */
export interface ScriptScene {
  readonly random: Random;
  readonly from: number;
  readonly to: number;
  readonly desk: Readonly<UserState>;
  /** The platform's own timeout, ms. */
  readonly nativeTimeout: number | undefined;
}

/** Tells steps in the order of time and answers where it stopped, ms. */
export type Story = Generator<ScriptStep, number, void>;

/** How a browser answers by itself. */
export interface Client {
  /** It asks single sign-on for a new token after so many ms. `undefined`: it shows the login page. */
  readonly afterRevocation?: {
    readonly delay: readonly [number, number];
    readonly brings: 'former' | 'available';
    /** How often, until the identity provider asks for a password. */
    readonly times: number;
  };
  /** It sets its presence again after having been set Offline, with the token it has. */
  readonly reasserts?: { readonly delay: readonly [number, number] };
}

export interface Archetype {
  readonly name: string;
  /** One sentence. */
  readonly description: string;
  readonly group: 'Agents' | 'Supervisors' | undefined;
  readonly role?: 'Communicate - User' | 'Supervisor';
  readonly client: Client;
  /** Share of the first shift after which the account comes into being, or ends. */
  readonly joinsAt?: number;
  readonly leavesAt?: number;
  /** Whether the story leaves the person absent and logged on. */
  readonly goesAbsent: boolean;
  /** One shift. */
  readonly story: (scene: ScriptScene) => Story;
}
