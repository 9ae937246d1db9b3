/** Of the note of an operator. A module of its own, for pages in browsers import it too. */
export const maxNoteLength = 200
