/** What the network's codes mean to the operator. */

const UNKNOWN_AUTHORITY =
  'Its certificate comes from an authority that is not known here, such as that of a proxy that looks into connections: name its file in NODE_EXTRA_CA_CERTS';
const OUT_OF_DATE = 'Its certificate has expired or is not good yet, or this machine’s clock is wrong';
const OTHER_NAME =
  'Its certificate is for another name: check genesys.region, genesys.api_url and genesys.login_url';
const UNKNOWN_NAME = 'The name service does not know it: check DNS, and genesys.region';
const NO_WAY = 'Check the address, the outgoing rules of the network, and HTTPS_PROXY';
const NOT_THROUGH =
  'The proxy of HTTPS_PROXY did not let it through: check the user, the password and the rules of the proxy';

const ADVICE: Readonly<Record<string, string>> = {
  ENOTFOUND: UNKNOWN_NAME,
  EAI_AGAIN: 'The name service does not answer: check DNS',
  ECONNREFUSED: NO_WAY,
  EHOSTUNREACH: NO_WAY,
  ENETUNREACH: NO_WAY,
  ETIMEDOUT: NO_WAY,
  UND_ERR_CONNECT_TIMEOUT: NO_WAY,
  UND_ERR_ABORTED: NOT_THROUGH,
  UND_ERR_PRX_CONN: NOT_THROUGH,
  UND_ERR_PRX_TLS: OTHER_NAME,
  ERR_TLS_CERT_ALTNAME_INVALID: OTHER_NAME,
  CERT_HAS_EXPIRED: OUT_OF_DATE,
  CERT_NOT_YET_VALID: OUT_OF_DATE,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  ERR_SSL_WRONG_VERSION_NUMBER: 'Whatever answers there does not speak TLS: check the address and its port',
};

/** One exchange that brought no answer. */
export interface Unanswered {
  /** Host and port that were asked. */
  readonly host: string;
  readonly timedOut: boolean;
  readonly code: string | undefined;
  /** Who could not be reached, where the network says so: behind a proxy, that is the proxy. */
  readonly where: string | undefined;
}

/** What happened and what to look at. Without the operation, and without a full stop. */
export function noAnswerWords({ host, timedOut, code, where }: Unanswered): string {
  const what = timedOut
    ? `no answer from ${host} within the time allowed`
    : `the connection to ${host} failed`;
  const facts = [code, where === host ? undefined : where].filter((fact) => fact !== undefined);
  const advice = ADVICE[code ?? ''];
  return `${what}${facts.length === 0 ? '' : ` (${facts.join(' ')})`}${advice === undefined ? '' : `. ${advice}`}`;
}
