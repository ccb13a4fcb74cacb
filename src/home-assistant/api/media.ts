import type { HomeRequests } from '../calls/home-requests.ts';
import type { AskOptions } from '../calls/service-call.ts';
import { type JsonRecord, optionalText, recordIn, recordsIn, textIn } from './answer.ts';

/** Something that can be played, or looked into. */
export interface MediaItem {
  readonly title: string;
  /** With `contentType` what `media_player.play_media` takes. */
  readonly contentId: string;
  readonly contentType: string;
  readonly mediaClass: string;
  readonly canPlay: boolean;
  readonly canExpand: boolean;
  readonly thumbnail: string | undefined;
}

/** Something that was looked into. */
export interface MediaFolder extends MediaItem {
  readonly children: readonly MediaItem[];
}

export interface MediaBrowseOptions extends AskOptions {
  /** What is looked into. @defaultValue the top */
  readonly item?: Pick<MediaItem, 'contentId' | 'contentType'> | undefined;
}

/** Where something can be fetched from. */
export interface ResolvedMedia {
  readonly url: string;
  readonly mimeType: string;
}

/** What the home and its players have to play. */
export class ApiMedia {
  readonly #requests: HomeRequests;

  constructor(requests: HomeRequests) {
    this.#requests = requests;
  }

  /**
   * Looks into what the home has to play, or what one of its players has.
   *
   * @param player - A media player. @defaultValue the home's own sources
   * @throws CommandRefused where there is none such, or it cannot be looked into.
   *
   * @example
   * ```ts
   * const { children } = await this.api.media.browse('media_player.kitchen');
   * ```
   */
  async browse(player?: string, { item, timeout }: MediaBrowseOptions = {}): Promise<MediaFolder> {
    const what = `api.media.browse(${player === undefined ? '' : `'${player}'`})`;
    const id = item === undefined ? {} : { media_content_id: item.contentId };
    const command =
      player === undefined
        ? { type: 'media_source/browse_media', ...id }
        : {
            type: 'media_player/browse_media',
            entity_id: player,
            ...id,
            ...(item === undefined ? {} : { media_content_type: item.contentType }),
          };
    const answer = recordIn(await this.#requests.command(what, command, { timeout }), what);
    const children = recordsIn(answer['children'] ?? [], what).map((child) => itemOf(child, what));
    return Object.freeze({ ...itemOf(answer, what), children });
  }

  /**
   * The address from which something of the home's own sources can be fetched, for some minutes.
   *
   * @throws CommandRefused (`resolve_media_failed`) where it cannot be.
   */
  async resolve(contentId: string, options?: AskOptions): Promise<ResolvedMedia> {
    const what = 'api.media.resolve()';
    const command = { type: 'media_source/resolve_media', media_content_id: contentId };
    const answer = recordIn(await this.#requests.command(what, command, options), what);
    return Object.freeze({ url: textIn(answer, 'url', what), mimeType: textIn(answer, 'mime_type', what) });
  }
}

function itemOf(item: JsonRecord, what: string): MediaItem {
  return {
    title: textIn(item, 'title', what),
    contentId: textIn(item, 'media_content_id', what),
    contentType: textIn(item, 'media_content_type', what),
    mediaClass: textIn(item, 'media_class', what),
    canPlay: item['can_play'] === true,
    canExpand: item['can_expand'] === true,
    thumbnail: optionalText(item['thumbnail']),
  };
}
