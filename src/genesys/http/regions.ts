/** Where the platform is: from the name of an AWS region, from a host, or from addresses given outright. */
import { hostOfRegion, REGIONS } from '../../domain/region.ts';
import { PlatformSettingsError } from './errors.ts';

/** Base addresses without a slash at the end. */
export interface Hosts {
  readonly apiUrl: string;
  readonly loginUrl: string;
}

/**
 * The addresses for these settings, where `region` is an AWS region or any host. Throws `PlatformSettingsError`.
 */
export function resolveHosts(region: string, apiUrl?: string, loginUrl?: string): Hosts {
  return {
    apiUrl: apiUrl === undefined ? `https://api.${hostOf(region)}` : baseUrl('api_url', apiUrl),
    loginUrl: loginUrl === undefined ? `https://login.${hostOf(region)}` : baseUrl('login_url', loginUrl),
  };
}

/** The platform's own hosts, below which all others of it are: that of the region, and that of the API, which may be a gateway. */
export function hostsBelow(region: string, { apiUrl }: Pick<Hosts, 'apiUrl'>): readonly string[] {
  return [...new Set([hostOf(region), new URL(apiUrl).hostname])];
}

function hostOf(region: string): string {
  const host = hostOfRegion(region);
  if (host !== undefined) return host;
  throw new PlatformSettingsError(
    `"${region}" is neither a known AWS region nor a host such as mypurecloud.ie; known regions: ${REGIONS.join(', ')}`,
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
