import type { FailureClass } from '../types.ts';
import { fix } from './define.ts';

const retry = fix('Run again: what is finished is kept', 'steadydancer run', 'retry');

/** Proxies in between, and servers that answer with a refusal. */
export const networkBetween: FailureClass[] = [
  {
    code: 'proxy-loopback-in-build',
    title: 'The proxy address is not reachable from a container',
    phase: null,
    tier: 'root',
    cause: 'The proxy is 127.0.0.1 or localhost: inside a build that is the container itself.',
    fixes: [
      fix('Let the proxy listen on the Docker bridge and use http://host.docker.internal:PORT'),
      fix(
        'Or build without it',
        'env -u HTTP_PROXY -u HTTPS_PROXY -u http_proxy -u https_proxy steadydancer run',
      ),
    ],
    source: 'docker/for-mac#6513',
    explains: ['proxy-unreachable', 'network-refused', 'python-no-distribution'],
    patterns: [
      {
        line: /(?:Failed to connect to|Could not connect to|proxyconnect tcp: dial tcp|connect to) (?:127\.0\.0\.1|localhost|\[?::1\]?)[: ](?:port )?(?:7890|7891|7897|1080|1087|8001|8080|8118|8888|3128|10808|10809|20171)\b/i,
        confidence: 0.95,
      },
      {
        line: /(?:ProxyError|Cannot connect to proxy|Unable to connect to proxy|proxyconnect)/i,
        near: /(?:proxy\w*\W+(?:https?:\/\/)?|host='?|proxyconnect tcp: dial tcp )(?:127\.0\.0\.1|localhost|\[::1\])/i,
        confidence: 0.95,
      },
    ],
  },
  {
    code: 'proxy-unreachable',
    title: 'The proxy does not answer',
    phase: null,
    tier: 'root',
    cause: 'HTTP_PROXY or HTTPS_PROXY names a proxy at which nothing listens.',
    fixes: [
      fix('Look at it', 'env | grep -i _proxy'),
      fix(
        'Go without it',
        'env -u HTTP_PROXY -u HTTPS_PROXY -u http_proxy -u https_proxy steadydancer run',
      ),
    ],
    source: 'urllib3, curl, Go net/http, hyper',
    explains: [
      'network-refused',
      'network-timeout',
      'dns-failed',
      'registry-unreachable',
      'hub-offline',
    ],
    patterns: [
      {
        line: /ProxyError|Cannot connect to proxy|Unable to connect to proxy/i,
        unless: /407/,
        confidence: 0.95,
      },
      { line: /proxyconnect tcp/i, confidence: 0.95 },
      { line: /Could not resolve proxy/i, confidence: 0.95 },
      { line: /Tunnel connection failed: (?!407)\d/i },
      /(?:CONNECT tunnel failed, response|Received HTTP code) (?!407)\d+ ?(?:from proxy)?/i,
      /tunnel error: (?:unsuccessful|failed|connect)/i,
    ],
  },
  {
    code: 'proxy-auth',
    title: 'The proxy asks for a password',
    phase: null,
    tier: 'root',
    cause: 'The proxy answered 407: it wants a user name and password.',
    fixes: [fix('Put them into the address', 'export HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT')],
    source: 'RFC 9110 15.5.8',
    explains: ['proxy-unreachable', 'network-refused'],
    patterns: [
      /(?:Tunnel connection failed: |HTTP code |response |status:? |returned error: |HTTP\/1\.\d )407/i,
      /407 Proxy Authentication Required|Proxy Authentication Required/i,
    ],
  },
  {
    code: 'server-error',
    title: 'A server answers with an error of its own',
    phase: null,
    tier: 'specific',
    cause: 'The server or mirror answered 5xx: it has a problem, not this machine.',
    fixes: [retry, fix('Use another mirror', 'steadydancer run --set mirrors.pip=URL')],
    source: 'RFC 9110 15.6',
    patterns: [
      {
        line: /\b50[0234] {1,2}(?:Server Error|Internal Server Error|Bad Gateway|Service (?:Temporarily )?Unavailable|Gateway Time-?out)/i,
        soft: true,
        unless: /"(?:GET|POST|HEAD) |proxy\.runpod/,
      },
      { line: /(?:returned error: |HTTP error |status code:? |ERROR )50[0234]\b/i, soft: true },
      { line: /too many 50\d error responses|HTTP status server error/i, soft: true },
    ],
  },
  {
    code: 'download-not-found',
    title: 'A file to download is not there',
    phase: null,
    tier: 'specific',
    cause: 'The server answered 404: the address is wrong, or the file was moved or removed.',
    fixes: [fix('Open the address in a browser and correct it')],
    source: 'curl, wget, urllib, pip, uv',
    patterns: [
      { line: /curl: \(22\) The requested URL returned error: 404/i },
      { line: /ERROR 404: Not Found/i },
      { line: /HTTP Error 404: Not Found/i },
      {
        line: /(?:HTTP error 404 while getting|404 Client Error: Not Found for url:) (\S+)/i,
        unless: /huggingface\.co|hf-mirror/,
      },
      { line: /HTTP status client error \(404 Not Found\)/i, unless: /huggingface\.co/ },
      { line: /invalid response status: 404/i },
    ],
  },
  {
    code: 'download-forbidden',
    title: 'A server refuses the download',
    phase: null,
    tier: 'specific',
    cause:
      'The server answered 403 or 429: an address for members only, a blocked country or network, a link that ran out, or too many requests.',
    fixes: [fix('Open the address in a browser'), fix('Use another mirror')],
    source: 'curl, wget, urllib, pip, apt',
    patterns: [
      // A host of code that takes no more requests; the hub's and the registry's have classes of their own.
      {
        line: /(?:429 (?:Client Error|Too Many Requests)|ERROR 429\b|HTTP error 429\b).*(?:github|gitlab)/i,
        soft: true,
      },
      /curl: \(22\) The requested URL returned error: 403/i,
      /ERROR 403: Forbidden|HTTP Error 403: Forbidden/i,
      { line: /403 Client Error: Forbidden for url/i, unless: /huggingface\.co|hf-mirror/ },
      /(?:403 {1,2}Forbidden \[IP|HTTP status client error \(403)/i,
    ],
  },
];
