import { InvalidArgument } from '../../kernel/errors.ts';
import type { HomeRequests } from '../calls/home-requests.ts';
import type { AskOptions } from '../calls/service-call.ts';
import { recordIn, textIn } from './answer.ts';

export interface CameraImageOptions extends AskOptions {
  /** Pixels; the camera gives the next size that it has. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

/** A picture. */
export interface CameraImage {
  /** `image/jpeg` mostly. */
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** Pictures and streams of cameras. */
export class ApiCameras {
  readonly #requests: HomeRequests;

  constructor(requests: HomeRequests) {
    this.#requests = requests;
  }

  /**
   * What a camera sees now.
   *
   * @throws RestRefused where there is no such camera (404), or it is off or gives none (503); InvalidArgument for a size
   * that no picture has.
   *
   * @example
   * ```ts
   * const { bytes } = await this.api.cameras.image('camera.front_door');
   * const { writeFile } = await import('node:fs/promises');
   * await writeFile('front-door.jpg', bytes);
   * ```
   */
  async image(camera: string, { width, height, timeout }: CameraImageOptions = {}): Promise<CameraImage> {
    const query = new URLSearchParams();
    for (const [name, pixels] of Object.entries({ width, height })) {
      if (pixels !== undefined) query.set(name, pixelsOf(pixels, name));
    }
    const path = `/api/camera_proxy/${encodeURIComponent(camera)}${query.size === 0 ? '' : `?${query.toString()}`}`;
    const response = await this.#requests.rest(`api.cameras.image('${camera}')`, { method: 'GET', path }, { timeout });
    const { body, headers } = response;
    return Object.freeze({
      contentType: headers['content-type'] ?? 'application/octet-stream',
      bytes: typeof body === 'string' ? new TextEncoder().encode(body) : body,
    });
  }

  /**
   * Begins a stream, and gives its address: a path of the home that a player can open without a token for some minutes.
   *
   * @throws CommandRefused (`start_stream_failed`) where the camera has none.
   *
   * @example
   * ```ts
   * const path = await this.api.cameras.stream('camera.front_door');
   * ```
   */
  async stream(camera: string, options?: AskOptions): Promise<string> {
    const what = `api.cameras.stream('${camera}')`;
    const command = { type: 'camera/stream', entity_id: camera, format: 'hls' };
    return textIn(recordIn(await this.#requests.command(what, command, options), what), 'url', what);
  }
}

function pixelsOf(given: number, what: string): string {
  if (Number.isSafeInteger(given) && given > 0) return String(given);
  throw new InvalidArgument(`${what} is ${given}, which is no number of pixels`, { hint: 'Give a whole one above 0.' });
}
