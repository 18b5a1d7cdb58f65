/** A kind of client: what it says in HTTP and how its packets and handshakes look. */
export interface ClientProfile {
  readonly userAgent: string;
  readonly accept: string;
  readonly ttl: number;
  readonly windowSize: number;
  readonly tcpOptions: string;
  readonly windowScale: number;
  readonly alpn: string;
  readonly ja3Hash: string;
  readonly ja4: string;
}

const linux = { ttl: 64, windowSize: 64_240, tcpOptions: 'MSS,SACK,TS,NOP,WS', windowScale: 7 };
const windows = { ttl: 128, windowSize: 65_535, tcpOptions: 'MSS,NOP,WS,NOP,NOP,SACK', windowScale: 8 };

/** Fingerprints as real clients sent them; the last one says that it is a browser and is not. */
export const CLIENT_PROFILES: readonly ClientProfile[] = [
  {
    ...windows,
    userAgent:
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
    accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
    alpn: 'h2,http/1.1',
    ja3Hash: 'd4a21c610efa6b786d8a3af6bb4c86cf',
    ja4: 't13d1517h2_8daaf6152771_cb7bf5808d99',
  },
  {
    ...linux,
    userAgent: 'curl/7.88.1',
    accept: '*/*',
    alpn: 'h2,http/1.1',
    ja3Hash: '78f0dc5ac5b19daf131a133cfdee9691',
    ja4: 't13i3111h2_e8f1e7e78f70_b26ce05bbdd6',
  },
  {
    ...linux,
    userAgent: 'python-requests/2.34.2',
    accept: '*/*',
    alpn: 'http/1.1',
    ja3Hash: 'c12b4ccd5320bbb380ca1a9df90f771d',
    ja4: 't13i311000_e8f1e7e78f70_d41ae481755e',
  },
  {
    ...linux,
    userAgent:
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
    accept: '*/*',
    alpn: 'http/1.1',
    ja3Hash: 'a468eae2a82cd86fea9fd0c541ed8ff0',
    ja4: 't13d751100_479067518aa3_d41ae481755e',
  },
];

/** What is asked for, with the status it gets. */
export const REQUESTS: readonly {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly bytes: number;
}[] = [
  { method: 'GET', path: '/', status: 200, bytes: 550 },
  { method: 'GET', path: '/product4.html', status: 200, bytes: 553 },
  { method: 'GET', path: '/api/items.json', status: 200, bytes: 2174 },
  { method: 'POST', path: '/api/cart', status: 201, bytes: 96 },
  { method: 'GET', path: '/static/app.css', status: 304, bytes: 0 },
  { method: 'GET', path: '/old-page', status: 404, bytes: 153 },
];
