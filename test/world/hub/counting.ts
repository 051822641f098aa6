import type { Dispatcher } from 'undici';

/** The same way to the internet, with every body byte that reaches this process counted. */
export function counting(web: Dispatcher, onBytes: (bytes: number) => void): Dispatcher {
  return web.compose(
    (dispatch) => (options, handler) =>
      dispatch(options, {
        onRequestStart: (...given) => handler.onRequestStart?.(...given),
        onResponseStart: (...given) => handler.onResponseStart?.(...given),
        onResponseData: (controller, chunk) => {
          onBytes(chunk.length);
          handler.onResponseData?.(controller, chunk);
        },
        onResponseEnd: (...given) => handler.onResponseEnd?.(...given),
        onResponseError: (...given) => handler.onResponseError?.(...given),
      }),
  );
}
