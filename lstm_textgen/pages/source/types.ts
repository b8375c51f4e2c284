/** The data that the program writes into a page, and that pages keep. */

/** The numbers of training that assembly.hy writes. */
export interface Learning {
  adam: { beta1: number; beta2: number; epsilon: number; clip: number };
  steadying: { from: number; alpha: number; beta: number }; // activation regularization
  rate: {
    warmUp: number;
    mostWarmUp: number;
    final: number;
    enoughSteps: number;
    maxFactor: number;
    steadyRows: number;
  };
  average: { updates: number; span: number; softer: number };
  validation: { most: number; runIn: number; uncertain: number };
  tuning: {
    mostEpochs: number;
    fewestEpochs: number;
    enough: number;
    often: number;
    gentle: number;
    little: number;
    moreRows: number;
    again: number;
    much: number;
    familiar: number;
    strange: number;
    places: number;
    units: number;
  };
  rows: { least: number; most: number }; // of a batch
  runOfList: number; // windows of a list in a row that carry the state over
  rules: Record<string, Sizing>; // by the unit of a model
  /**
   * of the networks of new models; `small`: the hidden units of one that begins from nothing, at
   * most
   */
  new: Table & { small: number };
  seconds: { new: number; most: number };
}

/** With the most epochs of a long text: from how many units on, how many. */
export type Sizing = {
  read: number;
  fewestEpochs: number;
  mostEpochs: number;
  long: [number, number];
};

export type Size = {
  units: number;
  speed: number;
  dropout: number;
  mostDropout: number;
  enough: number;
  from: number;
};

export type Table = {
  sizes: Size[];
  mostRead: number;
  enoughEpochs: number;
  mostEpochs: number;
  enoughReadings: number;
  enoughOfMore: number;
  byRows: number;
  droppedMore: number;
};

/** Of the program, written by assembly.hy. */
export interface Constants {
  paths: number;
  negligible: number;
  known: number;
  spelled: number; // of `seeds.hy`: how a seed is continued within a word
  alternatives: number; // to each unit that are shown
  mostDraws: number; // in a row without a new item
  copied: number; // the characters of a passage that counts as copied
  quotes: Record<string, string>; // typographic ones, by what keyboards have for them
  fingerprint: number; // its bytes
  factor: string; // of its hash
  /** of `memory.hy` */
  memory: {
    spelled: number;
    tail: number;
    apostrophes: string;
    sharpness: number;
    withinNames: number;
    elsewhere: number;
    places: number;
    speakers: number;
    trace: number;
    recall: number;
    from: number;
  };
  patterns: Record<string, string | null>; // of what a text is first split into, by the unit
  learning: Learning;
  /** of `wordtree.hy` and `words.hy` */
  choosing: {
    classes: string[]; // of characters: a pattern for each; a sign is what is left
    table: Record<string, string>;
    joiners: string;
    longest: number; // word, in characters
    longer: number;
    budget: number;
    waysBudget: number;
    milliseconds: number;
    sure: number;
    exact: number;
    nearly: number;
    whole: number;
    least: number;
    leastCompleted: number;
    leastLonger: number;
    shortestPhrase: number;
    firstWords: number;
    remembersFrom: number;
    clauseEnds: string;
    fullStops: string;
    abbreviation: string;
    paths: number;
    unitsOfWord: number;
    together: number; // texts that take a step at once
    storedEach: number; // units between two places whose states are stored
  };
  /** of `names.hy` */
  names: {
    reach: number; // characters before a place that may belong to a name
    rarer: number;
    most: number;
    mostCapitals: number;
    longestText: number;
  };
  /** of `lexicon.hy` */
  lexicon: {
    longest: number;
    tenths: number;
    mostStrange: number;
    mostNew: number;
    near: number;
    short: number;
    again: number;
  };
  /** of `selection.hy` */
  rivals: { usual: number; short: number; opening: number; shortItem: Record<string, number> };
  settings: ModelSettings; // the defaults
  /** of `text/` and `settings/` */
  corpus: {
    heldOut: number;
    mostMore: number;
    tried: number[];
    lookedThrough: number[];
    stanzas: Record<string, number[]>;
    fewestStanzas: number;
    stanzaLines: number[];
    fewestMarks: number;
    brokenUp: number[];
    list: Record<string, number[]>;
    fewestLines: number;
    shortLines: number;
    /** patterns of signs of code, and of these and ends that go on; characters at ends of lines */
    signs: { code: string; odd: string; closing: string; sentence: string; pause: string };
    oversights: number;
    breaks: string[];
    commas: string;
    few: number;
    fewControls: number;
    mostCopies: number;
    mostItems: number;
    windows: number[];
    brief: number;
    briefLookback: number;
    mostlySpoken: number;
    verse: number;
    mostPeople: number;
    shortRun: number;
    longer: number;
    embedding: { least: number; own: number; share: number; most: number };
    longest: number;
    mostHalved: number;
    mostHeld: number;
    indented: number;
  };
  blank: string; // white space in a character class, except the line break
  symbols: Record<string, string>; // of control characters, by their codes
}

/** About a model, written by playground.hy. */
export interface Facts {
  name: string;
  unit: "characters" | "pieces" | "words";
  measure: string; // the unit of a text's length
  units: string[]; // a unit's index is its id
  unknown: number | null; // the id of every unknown unit
  pattern: string | null; // of what a text is first split into; null: characters
  merges: [number, number][]; // of pieces
  lower: boolean; // whether it knows lower case only
  code: boolean; // whether its text looks like code
  layers: [string, number][]; // of each layer: "lstm", and its hidden units
  embedding: number; // its dimensions
  bits: number; // of a weight: 16 or 8
  start: number[]; // the ids that are read before any text
  opening: string; // what a text without a seed begins with
  end: string; // what ends an item, if its text is a list
  lines: number; // of nearly every item; 0: they differ
  /**
   * for each unit a digit: after it 0: anything may follow; 1: no line break; 2: a line break may,
   * but then no `small` unit; "": no rules
   */
  after: string;
  small: number[]; // ids
  remembers: boolean; // whether it keeps in mind what a long seed has
  longestRun: number; // of one character that a text may have
  names: string; // in the text that it was trained on; "": any is as likely
  lexicon: string; // the words that it may spell; "": any
  mostUnits: number; // after which an item is cut
  known: string; // fingerprints of the items that it was trained on, in base64
  cells: { layer: number; cell: number; name: string; correlation: number }[];
  training?: Training | null; // by the program
  made: string; // the day on which it was made, as in 2026-12-01
  record: ModelRecord; // of what else a model file has
}

/** What a model file has beside the facts that a page uses, in Python's words. */
export interface ModelRecord {
  settings: ModelSettings;
  facts: ModelFacts;
  history: Epoch[];
}

/** The settings of a model: those that a page reads, and others. */
export interface ModelSettings {
  layers: string;
  lookback: number;
  batch_size: number | null;
  learning_rate: number;
  patience: number;
  [name: string]: unknown;
}

/** What a model keeps of its texts, as facts.hy explains: what a page reads, and more. */
export interface ModelFacts {
  base?: string | null;
  title?: string | null;
  beginning?: string;
  people?: string[] | null;
  unbroken?: string | null;
  longest_run?: number;
  item_ends?: string | null;
  item_lines?: number | null;
  longest_item?: number;
  long_item?: number;
  median_item?: number;
  [name: string]: unknown;
}

/** Of training. */
export interface Epoch {
  epoch: number; // its number, from 1, over all texts
  /**
   * which text it was: the number of units to train on, a colon, and the text's number among those
   * of the history, from 1
   */
  text: string;
  loss: number; // in nats per unit
  validation_loss?: number; // if some was held out
  unit_length?: number; // characters per unit of the training text, if not always 1
  validation_unit_length?: number; // of what was held out
  learning_rate: number; // at its end
  seconds: number; // it took
  machine: string; // the browser, in words
  sample: ""; // there is none
  kept?: true; // in fine-tuning: whether its weights were the best so far
}

/** Of a model by the program, written by about.hy. */
export interface Training {
  settings: [string, string, string][]; // each with its value and why, in English
  command: string; // that trains such a model, or ""
  /** how many predictions there were, their mean probability, and the share that came true */
  calibration: [number, number, number][];
}

/** Where a unit is chosen. */
export interface Place {
  logits: ArrayLike<number>; // (size,) of the model
  output: Float32Array; // theirs
  text: string; // before it
  written: number[]; // the units that were drawn so far
}

/** That asks only the place, as a text can go back to any. */
export interface Rule {
  /** changes the scores of all units, which are logits divided by the temperature */
  score?: (scores: Float64Array, place: Place, temperature: number) => void;
  /** the unit that was drawn; where all are refused, it is asked again, not `strict` */
  refuses?: (id: number, place: Place, strict?: boolean) => boolean;
}
