/** A file whose content is not what it should be; the message is the rest of a sentence. */
export class UnreadableMedia extends Error {
  override name = 'UnreadableMedia';
}
