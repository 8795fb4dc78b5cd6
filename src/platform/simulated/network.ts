/**
 * A network of machines that have names. Bytes of a connection arrive in order or not at all, but late, in other pieces
 * than they were sent in, and the far end may vanish without a word.
 */
import type { Address, Connection, ConnectionEvents, Listener, Network } from '../network'
import type { Dice } from './dice'
import { errno } from './files'
import type { Life } from './life'
import { type NetworkFaults, Pipe } from './pipe'
import type { World } from './world'

interface Door {
  readonly life: Life
  readonly accept: (connection: Connection) => ConnectionEvents
}

/** One connection: two pipes, one for each direction, and who stands at their ends. */
export interface Wire {
  readonly ends: readonly [Pipe, Pipe]
  readonly hosts: readonly [string, string]
}

export class SimulatedNet {
  readonly faults: NetworkFaults = {
    delayMs: [0.05, 1],
    windowBytes: 256 * 1024,
    pieceBytes: 64 * 1024,
    connectTimeoutMs: 10_000,
  }
  readonly world: World
  readonly #dice: Dice
  readonly #doors = new Map<string, Door>()
  readonly #lives = new Map<string, Life>()
  readonly #wires = new Set<Wire>()
  readonly #severed = new Set<string>()
  #nextPort = 49_152

  constructor(world: World) {
    this.world = world
    this.#dice = world.dice('network')
  }

  get dice(): Dice {
    return this.#dice
  }

  /** Nothing gets from one machine to the other any more (the other way is another matter); connections notice nothing. */
  sever(from: string, to: string): void {
    this.#severed.add(`${from}>${to}`)
  }

  /** Undoes `sever`, for all machines if none are named. What was on its way arrives now. */
  mend(from?: string, to?: string): void {
    if (from === undefined || to === undefined) this.#severed.clear()
    else this.#severed.delete(`${from}>${to}`)
    for (const wire of this.#wires) for (const end of wire.ends) end.carryOn()
  }

  reaches(from: string, to: string): boolean {
    return !this.#severed.has(`${from}>${to}`)
  }

  /** Resets the connections between two machines, or all of one machine. */
  cut(host: string, other?: string): void {
    for (const wire of this.#wires) {
      if (wire.hosts.includes(host) && (other === undefined || wire.hosts.includes(other))) {
        for (const end of wire.ends) end.reset()
      }
    }
  }

  /** Whether a machine is on; one whose process was merely killed is. A machine never heard of is not. */
  hasPower(host: string): boolean {
    const life = this.#lives.get(host)
    return life !== undefined && !life.silent
  }

  /** The network as a new process of a machine sees it. */
  at(host: string, life: Life): Network {
    this.#lives.set(host, life)
    return {
      get acceptedCount() {
        return life.acceptedCount
      },
      listen: (address, accept) => this.#listen(host, life, address, accept),
      connect: (address, events) => this.#connect(host, life, address, events),
    }
  }

  async #listen(host: string, life: Life, address: Address, accept: Door['accept']): Promise<Listener> {
    await life.pause(0)
    life.check()
    const port = address.port === 0 ? this.#nextPort++ : address.port
    const place = `${host}:${port}`
    if (this.#doors.has(place)) throw errno('EADDRINUSE', 'listen', place)
    const door: Door = { life, accept }
    this.#doors.set(place, door)
    const shut = (): void => {
      if (this.#doors.get(place) === door) this.#doors.delete(place)
    }
    life.atEnd(shut)
    return { address: { host, port }, close: async () => shut() }
  }

  async #connect(
    host: string,
    life: Life,
    address: Address,
    events: (connection: Connection) => ConnectionEvents,
  ): Promise<Connection> {
    const far = isHere(address.host) ? host : address.host
    const place = `${far}:${address.port}`
    if (!this.reaches(host, far) || !this.reaches(far, host) || !this.hasPower(far)) {
      await life.pause(this.faults.connectTimeoutMs)
      throw errno('ETIMEDOUT', 'connect', place)
    }
    await life.pause(this.#dice.within(this.faults.delayMs))
    const door = this.#doors.get(place)
    if (door === undefined) {
      await life.pause(this.#dice.within(this.faults.delayMs))
      throw errno('ECONNREFUSED', 'connect', place)
    }
    const nearAddress = { host, port: this.#nextPort++ }
    const near = new Pipe(this, life, nearAddress, { host: far, port: address.port })
    const distant = new Pipe(this, door.life, near.remote, nearAddress)
    const wire: Wire = { ends: [near, distant], hosts: [host, far] }
    this.#wires.add(wire)
    const forget = (): void => void (near.over && distant.over && this.#wires.delete(wire))
    door.life.acceptedCount += 1
    near.join(distant, forget)
    distant.join(near, () => {
      door.life.acceptedCount -= 1
      forget()
    })
    door.life.timers.after(0, () => distant.attach(door.accept(distant)))
    await life.pause(this.#dice.within(this.faults.delayMs))
    near.attach(events(near))
    return near
  }
}

function isHere(host: string): boolean {
  return host === '' || host === 'localhost' || host === '127.0.0.1' || host === '::1'
}
