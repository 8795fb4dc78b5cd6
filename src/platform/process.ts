/** The process we run in, and its neighbours: what a command line needs of the world. A broker needs none of it. */

/** What asks us to end: Ctrl-C, whoever looks after us, and a terminal that is closed. */
export type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

/** What a program ends with that was ended by a signal: 128 and its number, as shells have it. */
export const exitCodeOf: Readonly<Record<Signal, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }

export interface OtherProcess {
  readonly pid: number
  /** Its command line, or its name where that cannot be read; empty when neither can. */
  readonly command: string
}

/** A program that we started. */
export interface OwnProgram {
  /** Its exit code; 128 and the number of the signal that ended it. Rejects with ErrnoException when it cannot be run. */
  readonly ended: Promise<number>
  /** Of one that is heard, to all that it has started as well. */
  signal(signal: Signal | 'SIGKILL'): void
  /** Whether anything is left of it, or of what it has started where it is heard. */
  isAlive(): boolean
  /** The last of what it said, when it is heard. */
  said(): string
}

export interface Process {
  /** What follows the name of the program. */
  readonly argv: readonly string[]
  /** The file that Node was told to run. */
  readonly script: string
  readonly env: { readonly [name: string]: string | undefined }
  readonly pid: number
  /** Where relative paths start. */
  readonly workingDir: string
  /** Whether there is a terminal, which gives Ctrl-C to all programs that it shows. */
  readonly hasTerminal: boolean
  /** Whether a person looks at standard output. */
  readonly isTerminal: boolean
  /** Writes a line to standard output. */
  print(line: string): void
  /** Writes a line to standard error. */
  complain(line: string): void
  /** Keeps the process running until `exit`, though nothing else may need it to: timers do not, nor a stopped server. */
  stay(): void
  /** Starts a program that shares our terminal; `args` are given as they are, without a shell. */
  run(
    command: string,
    args: readonly string[],
    env: { readonly [name: string]: string | undefined },
    /**
     * Whether what it says is kept here instead of being shown, and nothing is there to be read. It has a process group of its
     * own then, so that a signal reaches all of it: npm and shells do not hand on what they are told.
     */
    how?: { readonly isHeard: boolean },
  ): OwnProgram
  /** Ends the process once what was printed has left. */
  exit(code: number): void
  onSignal(run: (signal: Signal) => void): void
  /** Who listens on a TCP port of this machine; null when that cannot be found out. */
  holderOfPort(port: number): OtherProcess | null
  /** The process that the file of a lock names; null when there is none of that number and start time that we can see. */
  named(identity: string): OtherProcess | null
}
