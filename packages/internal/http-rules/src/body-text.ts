/** The bytes that one reader of a body has got, up to a limit. */
export class BodyText {
  readonly maxBytes: number
  #chunks: Uint8Array[] = []
  #size = 0
  #isWhole = true

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  add(chunk: unknown): void {
    if (!this.#isWhole) return
    this.#size += ArrayBuffer.isView(chunk) ? chunk.byteLength : Infinity // a fake body may have anything
    if (this.#size > this.maxBytes) {
      this.#isWhole = false
      this.#chunks = []
    } else {
      const { buffer, byteOffset, byteLength } = chunk as Uint8Array
      this.#chunks.push(new Uint8Array(buffer, byteOffset, byteLength).slice()) // a reader may use its buffer again
    }
  }

  /** For another reader of the rest of the body. */
  copy(): BodyText {
    const copy = new BodyText(this.maxBytes)
    copy.#chunks = [...this.#chunks]
    copy.#size = this.#size
    copy.#isWhole = this.#isWhole
    return copy
  }

  /** The text so far, as `Response.text()` decodes it; undefined if it has more bytes, or not only bytes. */
  upTo(maxBytes: number): string | undefined {
    if (!this.#isWhole || this.#size > maxBytes) return undefined
    const decoder = new TextDecoder()
    return this.#chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join('') + decoder.decode()
  }
}
