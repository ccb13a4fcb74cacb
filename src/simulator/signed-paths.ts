import { hexId } from './chance.ts';
import type { CommandDefinition } from './command-table.ts';
import type { HomeCore } from './home-core.ts';
import { optional, positive, required, text } from './schema.ts';
import type { User } from './users.ts';

interface Signed {
  readonly path: string;
  readonly user: User;
  readonly endsMs: number;
}

/** Paths that may be asked for a while without a token: images, downloads. A signature is a secret of chance. */
export class SignedPaths {
  readonly #home: HomeCore;
  readonly #signed = new Map<string, Signed>();

  constructor(home: HomeCore) {
    this.#home = home;
  }

  sign(path: string, user: User, expiresSeconds: number): string {
    const signature = hexId(this.#home.chance) + hexId(this.#home.chance);
    const [bare = path] = path.split('?');
    this.#signed.set(signature, { path: bare, user, endsMs: this.#home.clock.nowMs() + expiresSeconds * 1000 });
    return `${path}${path.includes('?') ? '&' : '?'}authSig=${signature}`;
  }

  /** Who signed it; nobody where it is another path, or too late. */
  userOf(path: string, signature: string): User | undefined {
    const signed = this.#signed.get(signature);
    if (signed === undefined || signed.path !== path) return undefined;
    return signed.endsMs > this.#home.clock.nowMs() ? signed.user : undefined;
  }

  commands(): Record<string, CommandDefinition> {
    return {
      'auth/sign_path': {
        fields: { path: required(text), expires: optional(positive, 30) },
        run: ({ id, path, expires }, connection) =>
          connection.result(id, { path: this.sign(String(path), connection.user, Number(expires)) }),
      },
    };
  }
}
