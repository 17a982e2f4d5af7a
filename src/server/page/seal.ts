/** Texts that a browser keeps for us, and can neither read nor change: JWE, with a key of its own for each purpose. */
import { hkdfSync } from 'node:crypto';
import { EncryptJWT, jwtDecrypt } from 'jose';
import { SECOND, type Instant } from '../../domain/time/time.ts';

/** Browsers keep no cookie that is longer. */
const LONGEST = 4_096;

/** Seals and opens for one purpose. What was sealed for another one does not open. */
export class Seal {
  readonly #key: Uint8Array;

  /** `purpose` may hold whatever is to make everything that is out there void when it changes. */
  constructor(secret: string, purpose: string) {
    this.#key = new Uint8Array(hkdfSync('sha256', secret, '', `idle-enforcer page: ${purpose}`, 32));
  }

  /** Opens until then, to the second. */
  async seal(value: unknown, until: Instant): Promise<string> {
    const claims = new EncryptJWT({ value }).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' });
    return await claims.setExpirationTime(Math.floor(until / SECOND)).encrypt(this.#key);
  }

  /** What was sealed, and until when; `undefined` of whatever is forged, changed, cut, over or of another purpose. */
  async open(
    text: string | undefined,
    now: Instant,
  ): Promise<{ readonly value: unknown; readonly until: Instant } | undefined> {
    if (text === undefined || text.length > LONGEST) return undefined;
    try {
      const { payload } = await jwtDecrypt(text, this.#key, {
        currentDate: new Date(now),
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
        requiredClaims: ['exp'],
      });
      return { value: payload['value'], until: (payload.exp ?? 0) * SECOND };
    } catch {
      return undefined;
    }
  }
}
