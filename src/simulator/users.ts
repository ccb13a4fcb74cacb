import { type Chance, hexId } from './chance.ts';

/** Somebody who may use the home. */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly isAdmin: boolean;
  readonly isOwner: boolean;
}

export interface UserNames {
  readonly owner?: string | undefined;
  readonly user?: string | undefined;
}

/** Who may come in, by their tokens. Each home starts with an owner and with a user who is no administrator. */
export class Users {
  readonly #byToken = new Map<string, User>();
  readonly #chance: Chance;
  readonly owner: User;
  readonly ownerToken: string;
  readonly user: User;
  readonly userToken: string;

  constructor(chance: Chance, names: UserNames = {}) {
    this.#chance = chance;
    this.owner = this.#newUser(names.owner ?? 'Owner', { isAdmin: true, isOwner: true });
    this.user = this.#newUser(names.user ?? 'User', { isAdmin: false, isOwner: false });
    this.ownerToken = this.newToken(this.owner);
    this.userToken = this.newToken(this.user);
  }

  add(name: string, rights: { readonly isAdmin: boolean }): User {
    return this.#newUser(name, { ...rights, isOwner: false });
  }

  /** A long-lived access token. */
  newToken(user: User): string {
    const token = `${hexId(this.#chance)}${hexId(this.#chance)}`;
    this.#byToken.set(token, user);
    return token;
  }

  byToken(token: string): User | undefined {
    return this.#byToken.get(token);
  }

  forgetToken(token: string): void {
    this.#byToken.delete(token);
  }

  #newUser(name: string, rights: { readonly isAdmin: boolean; readonly isOwner: boolean }): User {
    return { id: hexId(this.#chance), name, ...rights };
  }
}
