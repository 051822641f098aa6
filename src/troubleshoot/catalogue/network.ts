import type { FailureClass } from '../types.ts';
import { fix } from './define.ts';

const retry = fix('Run again: what is finished is kept', 'steadydancer run', 'retry');

/** Names, certificates, proxies and lines. Wordings: glibc, OpenSSL, GnuTLS, rustls, Go, curl, urllib3. */
export const network: FailureClass[] = [
  {
    code: 'dns-failed',
    title: 'A host name has no address',
    phase: null,
    tier: 'root',
    cause:
      'The name server did not answer, or does not know the name. A build has its own name servers.',
    detail: 'The name is {1}.',
    fixes: [
      fix('Does it work outside a container?', 'getent hosts pypi.org github.com'),
      fix(
        'Give Docker a name server: "dns": ["1.1.1.1"] in /etc/docker/daemon.json, then',
        'sudo systemctl restart docker',
      ),
    ],
    source: 'glibc gai_strerror; curl; apt; Go net; hyper; Node dns',
    explains: ['registry-unreachable', 'hub-offline'],
    patterns: [
      { line: /Temporary failure (?:in name resolution|resolving '?([\w.-]+))/i, soft: true },
      {
        line: /(?:Name or service not known|nodename nor servname provided|No address associated with hostname)/i,
        soft: true,
      },
      {
        line: /Could not resolve (?:host|proxy|'|hostname)(?:name)?:? ?'?([\w.-]*)/i,
        soft: true,
        unless: /proxy/i,
      },
      { line: /getaddrinfo (?:ENOTFOUND|EAI_AGAIN) ([\w.-]+)/, soft: true },
      { line: /(?:NameResolutionError|Failed to resolve '([\w.-]+)')/, soft: true },
      { line: /(?:dns error|failed to lookup address information)/i, soft: true },
      {
        line: /lookup ([\w.-]+)(?: on \S+)?: (?:no such host|server misbehaving|.*i\/o timeout|Temporary failure|connection refused)/i,
        soft: true,
      },
      { line: /unable to resolve host address ['‘’]?([\w.-]+)/i, soft: true },
      { line: /(?:wget|ping|nc): bad address '?([\w.-]+)/i, soft: true },
      { line: /UnknownHostException|\[Errno -[235]\]/, soft: true },
    ],
  },
  {
    code: 'tls-untrusted',
    title: 'A certificate is not trusted',
    phase: null,
    tier: 'root',
    cause:
      'Something between here and the server signs with a certificate of its own (a company proxy, a virus scanner), or the image has no CA certificates.',
    fixes: [
      fix("Put the company's root certificate (PEM) into docker/certs/ and run again"),
      fix('In your own Dockerfile: install CA certificates', 'apt-get install -y ca-certificates'),
    ],
    source: 'OpenSSL, GnuTLS, rustls, Go crypto/x509',
    explains: ['registry-unreachable', 'git-repository-unreadable', 'hub-offline'],
    patterns: [
      {
        line: /CERTIFICATE_VERIFY_FAILED|certificate verify failed/i,
        unless: /expired|not yet valid/i,
      },
      /unable to get (?:local )?issuer certificate/i,
      { line: /self[- ]signed certificate/i, unless: /generat|creat/i },
      { line: /SSL certificate problem/i, unless: /expired|not yet valid/i },
      { line: /server certificate verification failed/i, unless: /expired|not yet valid/i },
      /x509: (?:certificate signed by unknown authority|certificate is not trusted)/i,
      /invalid peer certificate: (?:UnknownIssuer|Other)/i,
      /The certificate is NOT trusted/i,
      /No system certificates available/i,
      /unable to locally verify the issuer's authority|doesn't have a known issuer|CaUsedAsEndEntity/i,
    ],
  },
  {
    code: 'tls-expired',
    title: 'A certificate is out of date, or the clock is wrong',
    phase: null,
    tier: 'root',
    cause:
      "The date on this machine lies outside the certificate's time. After sleep, WSL's clock lags.",
    fixes: [fix('Compare', 'date -u'), fix('WSL: set the clock', 'sudo hwclock -s')],
    source: 'OpenSSL, Go crypto/x509, apt',
    explains: ['tls-untrusted', 'registry-unreachable', 'apt-signature'],
    patterns: [
      /certificate (?:has expired|is not yet valid)/i,
      /certificate expired|invalid peer certificate: (?:Expired|NotValidYet)/i,
      /Release file for \S+ is (?:not valid yet|not yet valid|expired)/i,
    ],
  },
  {
    code: 'tls-handshake',
    title: 'The encrypted connection did not come up',
    phase: null,
    tier: 'specific',
    cause: 'Both sides found no common way to encrypt, or something in between broke it.',
    fixes: [retry, fix('Try without proxy or VPN')],
    source: 'OpenSSL, GnuTLS',
    patterns: [
      { line: /gnutls_handshake\(\) failed/i, soft: true },
      {
        line: /SSL_ERROR_SYSCALL|UNEXPECTED_EOF_WHILE_READING|EOF occurred in violation of protocol/i,
        soft: true,
      },
      { line: /TLS handshake (?:timeout|failed|error)/i, soft: true },
      { line: /(?:ssl|tls)v?[\d_]* alert (?:handshake failure|protocol version)/i, soft: true },
    ],
  },
  {
    code: 'network-refused',
    title: 'A server refuses the connection',
    phase: null,
    tier: 'root',
    cause: 'Nothing listens at the address: the server or mirror is down, or a firewall says no.',
    fixes: [
      fix('Try the address', 'curl -sSI URL'),
      fix('Use another mirror', 'steadydancer run --set mirrors.pip=URL'),
    ],
    source: 'errno ECONNREFUSED as curl, urllib3, apt, git, Go and hyper print it',
    explains: ['hub-offline'],
    patterns: [
      {
        line: /(?:Failed|unable) to (?:establish a new connection|connect).*Connection refused/i,
        soft: true,
      },
      {
        line: /Failed to connect to (\S+) port \d+.*(?:Connection refused|Couldn't connect|Could not connect)/i,
        soft: true,
      },
      { line: /Could not connect to (\S+).*connect \(111: Connection refused\)/i, soft: true },
      {
        line: /connect(?:ing to \S+)?.*(?:failed: |: )Connection refused/i,
        soft: true,
        unless: /docker\S*\.sock/,
      },
      { line: /ECONNREFUSED/, soft: true, unless: /docker\S*\.sock/ },
      { line: /Connection refused \(os error 111\)|\[Errno 111\]/, soft: true },
    ],
  },
  {
    code: 'network-unreachable',
    title: 'There is no way to the network',
    phase: null,
    tier: 'root',
    cause:
      'The machine or the container has no route: no network, a VPN, or IPv6 without a way out.',
    fixes: [fix('Try it from a container', 'docker run --rm busybox ping -c1 1.1.1.1')],
    source: 'errno ENETUNREACH, EHOSTUNREACH',
    explains: ['hub-offline', 'registry-unreachable', 'network-timeout'],
    patterns: [
      { line: /Network is unreachable|ENETUNREACH/i, soft: true },
      { line: /No route to host|EHOSTUNREACH/i, soft: true },
    ],
  },
  {
    code: 'network-timeout',
    title: 'A server did not answer in time',
    phase: null,
    tier: 'root',
    cause: 'The line is slow or cut, or the server is overloaded.',
    fixes: [retry, fix('Use mirrors close to you', 'steadydancer run --set mirrors.pip=URL')],
    source: 'WhisperLiveKit#171; cnstark/pytorch-docker#8; facts steadydancer 8.19',
    explains: ['hub-offline'],
    patterns: [
      { line: /Read timed out|ReadTimeoutError|ReadTimeout\b/, soft: true },
      {
        line: /Connect(?:ion)?(?:Timeout(?!=)| timed out| timeout|ionTimeout)|ConnectTimeoutError|ETIMEDOUT/i,
        soft: true,
      },
      { line: /(?:Operation|operation|request) timed out/, soft: true },
      { line: /curl: \(28\)/, soft: true },
      { line: /Operation too slow\. Less than/i, soft: true },
      { line: /dial tcp \S+: i\/o timeout/i, soft: true },
      { line: /Failed to download distribution due to network timeout/i, soft: true },
    ],
  },
  {
    code: 'network-reset',
    title: 'A download broke off',
    phase: null,
    tier: 'specific',
    cause: 'The other side closed the connection before everything was there.',
    fixes: [retry, fix('Use mirrors close to you', 'steadydancer run --set mirrors.pip=URL')],
    source: 'errno ECONNRESET; urllib3, curl, hyper, Go',
    explains: ['hub-offline'],
    patterns: [
      {
        line: /Connection reset by peer|ConnectionResetError|ECONNRESET/i,
        soft: true,
        unless: /docker\S*\.sock/,
      },
      {
        line: /Connection broken: |IncompleteRead|ChunkedEncodingError|Remote end closed connection|RemoteDisconnected|connection was forcibly closed/i,
        soft: true,
      },
      { line: /curl: \((?:18|52|56|92)\)/, soft: true },
      {
        line: /error decoding response body|end of file before message length reached|connection closed before message completed/i,
        soft: true,
      },
      { line: /transfer closed with \d+ bytes remaining/i, soft: true },
    ],
  },
];
