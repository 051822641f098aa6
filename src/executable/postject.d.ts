declare module 'postject' {
  /** dist/api.js of postject 1.0.0-alpha.6, which has no types of its own. */
  export function inject(
    executable: string,
    resource: string,
    data: Buffer,
    options: { sentinelFuse: string },
  ): Promise<void>;
}
