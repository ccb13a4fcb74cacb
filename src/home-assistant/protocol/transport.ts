/**
 * The way to a home, below the protocol: text frames one way and the other, and requests. The network and the simulated
 * home implement it, so that everything above runs the same on both.
 */
export interface HomeTransport {
  /**
   * Opens a WebSocket. Rejects with a `HomeError` that says what stood in the way. The signal calls off the opening; a
   * socket that is open ends by its own methods.
   */
  connect(listener: SocketListener, signal: AbortSignal): Promise<HomeSocket>;

  /** Answers with whatever status the home gave; rejects only where no answer came. */
  request(request: RestRequest, signal: AbortSignal): Promise<RestResponse>;
}

/** What a socket tells. Nothing is told before `connect` has resolved, nor after `onClose`. */
export interface SocketListener {
  onText(text: string): void;
  /** Told once, however the connection ended; 1006 where there was no closing frame. */
  onClose(code: number, reason: string): void;
}

/**
 * An open WebSocket. Its own pings are the transport's matter: whether the home is alive is asked by Home Assistant's
 * `ping` command, which no proxy answers in its place.
 */
export interface HomeSocket {
  send(text: string): void;
  /** Stops reading: what the home sends waits in the network until `resume`. */
  pause(): void;
  resume(): void;
  /** Closes politely. `onClose` follows when the other side has answered. */
  close(): void;
  /** Ends the connection at once. */
  terminate(): void;
  /** What was sent and has not left yet. */
  readonly bufferedBytes: number;
}

export interface RestRequest {
  readonly method: string;
  /** Begins with `/api/`; whatever stands before it in the home's address is the transport's matter. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
}

export interface RestResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}
