/** Where the platform is: from the name of an AWS region, from a host, or from addresses given outright. */
import { PlatformSettingsError } from './errors.ts';

/** Base addresses without a slash at the end. */
export interface Hosts {
  readonly apiUrl: string;
  readonly loginUrl: string;
}

/** Documented regions (developer.genesys.cloud, "Platform API"; the SDK's `PureCloudRegionHosts`). */
const HOST_BY_REGION: ReadonlyMap<string, string> = new Map([
  ['us-east-1', 'mypurecloud.com'],
  ['us-east-2', 'use2.us-gov-pure.cloud'],
  ['us-west-2', 'usw2.pure.cloud'],
  ['ca-central-1', 'cac1.pure.cloud'],
  ['sa-east-1', 'sae1.pure.cloud'],
  ['mx-central-1', 'mxc1.pure.cloud'],
  ['eu-west-1', 'mypurecloud.ie'],
  ['eu-west-2', 'euw2.pure.cloud'],
  ['eu-central-1', 'mypurecloud.de'],
  ['eu-central-2', 'euc2.pure.cloud'],
  ['eusc-de-east-1', 'edee1.eusc-pure.cloud'],
  ['ap-south-1', 'aps1.pure.cloud'],
  ['ap-northeast-1', 'mypurecloud.jp'],
  ['ap-northeast-2', 'apne2.pure.cloud'],
  ['ap-northeast-3', 'apne3.pure.cloud'],
  ['ap-southeast-1', 'apse1.pure.cloud'],
  ['ap-southeast-2', 'mypurecloud.com.au'],
  ['me-central-1', 'mec1.pure.cloud'],
]);

const HOST = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*$/;

/**
 * The addresses for these settings. `region` is an AWS region or any host, with or without `https://` and `api.`:
 * new regions keep appearing. Throws `PlatformSettingsError`.
 */
export function resolveHosts(region: string, apiUrl?: string, loginUrl?: string): Hosts {
  return {
    apiUrl: apiUrl === undefined ? `https://api.${hostOf(region)}` : baseUrl('api_url', apiUrl),
    loginUrl: loginUrl === undefined ? `https://login.${hostOf(region)}` : baseUrl('login_url', loginUrl),
  };
}

function hostOf(region: string): string {
  const name = region.trim().toLowerCase();
  const known = HOST_BY_REGION.get(name.replaceAll('_', '-'));
  if (known !== undefined) return known;
  const host = name
    .replace(/^https?:\/\//, '')
    .replace(/\/.*$/, '')
    .replace(/^(api|login|apps)\./, '');
  if (HOST.test(host)) return host;
  throw new PlatformSettingsError(
    `"${region}" is neither a known AWS region nor a host such as mypurecloud.ie; known regions: ${[...HOST_BY_REGION.keys()].join(', ')}`,
  );
}

function baseUrl(key: string, text: string): string {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new PlatformSettingsError(`${key} must be an address that begins with http:// or https://`);
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new PlatformSettingsError(`${key} may hold host, port and path only`);
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}
