/** Requests and answers over HTTP, small and whole: what programs in other languages ask by. */
import type { Address } from './network'

export interface HttpRequest {
  readonly method: string
  /** As it was asked for, with what follows a question mark. */
  readonly target: string
  /** By names in lower case. */
  readonly headers: { readonly [name: string]: string | undefined }
  readonly body: Buffer
}

export interface HttpAnswer {
  readonly status: number
  readonly type: string
  readonly body: string
}

export interface HttpServer {
  readonly address: Address
  /** Ends everything that is open, and resolves when it has. */
  close(): Promise<void>
}

export interface Http {
  /** Rejects with ErrnoException. A body of more than `bodyMax` bytes is answered with 413 and not handed on. */
  serve(address: Address, bodyMax: number, answer: (request: HttpRequest) => Promise<HttpAnswer>): Promise<HttpServer>
}
