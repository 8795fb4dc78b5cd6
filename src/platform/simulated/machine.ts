/** A simulated machine: a name, a disk that outlives its processes, and one process at a time. */
import { assert } from '../assert'
import { lineLogger, type Logger, silentLogger } from '../logger'
import type { Platform } from '../platform'
import type { Dice } from './dice'
import { Disk, FileNode, type DiskNode } from './disk'
import { type DiskFaults, kindDisk, type LockTable, SimulatedFiles } from './files'
import { Life } from './life'
import type { SimulatedNet } from './network'

export class Machine {
  readonly name: string
  readonly diskFaults: DiskFaults = kindDisk()
  readonly #net: SimulatedNet
  readonly #disk = new Disk()
  readonly #dice: Dice
  readonly #locks: LockTable = new Set()
  readonly #logger: Logger
  #life: Life | null = null
  #boots = 0

  /** `log` gets each log line of its processes. */
  constructor(net: SimulatedNet, name: string, log?: (line: string) => void) {
    this.name = name
    this.#net = net
    this.#dice = net.world.dice(`machine/${name}`)
    this.#logger =
      log === undefined ? silentLogger : lineLogger(line => log(`${name} ${line}`), net.world.clock.now, 'debug')
  }

  /** Starts a process: a platform of its own, on the disk as the last one left it. */
  boot(): Platform {
    assert(this.#life === null, 'one process at a time')
    const life = new Life(this.#net.world)
    this.#life = life
    this.#boots += 1
    return {
      clock: this.#net.world.clock,
      timers: life.timers,
      random: this.#net.world.dice(`process/${this.name}/${this.#boots}`),
      files: new SimulatedFiles(life, this.#disk, this.diskFaults, this.#dice, this.#locks),
      network: this.#net.at(this.name, life),
      logger: this.#logger,
      hasThreads: false,
    }
  }

  /** Ends the process as kill -9 does: what it wrote is written, its connections are reset. */
  kill(): void {
    this.#end(false)
  }

  /** Takes the power away: what is not synced is lost in part, and nobody on the network is told. */
  crash(): void {
    this.#end(true)
    this.#disk.crash(this.#dice)
  }

  /** Lets the disk return a wrong byte of a file from now on. */
  rot(path: string, position: number): void {
    let node: DiskNode | undefined = this.#disk.root
    for (const name of path.split('/').filter(part => part !== '')) {
      node = node instanceof FileNode ? undefined : node?.cached.get(name)
    }
    assert(node instanceof FileNode, `${path} is a file`)
    node.rot(position)
  }

  /** What is in a directory, for tests that look at it from outside. */
  fileNames(path: string): readonly string[] {
    let node: DiskNode | undefined = this.#disk.root
    for (const name of path.split('/').filter(part => part !== '')) {
      node = node instanceof FileNode ? undefined : node?.cached.get(name)
    }
    assert(node !== undefined && !(node instanceof FileNode), `${path} is a directory`)
    return [...node.cached.keys()]
  }

  #end(silent: boolean): void {
    const life = this.#life
    assert(life !== null, 'a process runs')
    this.#life = null
    life.end(silent)
  }
}
