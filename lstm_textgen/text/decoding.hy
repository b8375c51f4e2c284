"From bytes to text: encodings, and bytes that aren't text in any of them."

(import
  codecs
  re
  lstm-textgen.basics.machine [MB]
  lstm-textgen.basics.values [clip])

(setv
  CHUNK MB  ; bytes read at once
  ;; The encodings among which the one of a file is guessed, likelier ones first: between two that
  ;; read its bytes alike the first is meant.
  LIKELY ["utf_8" "utf_16" "cp1252" "cp1251" "cp1250" "koi8_r" "gb18030" "big5" "cp932" "euc_jp"
    "cp949"]
  ;; Formats without a reader, by their first bytes, and what to do with each.
  FORMATS {
    rb"\xd0\xcf\x11\xe0" ["an old Office document" "save it as .docx and give that"]
    rb".{60}(?:BOOKMOBI|TEXtREAd)"
      ["a Kindle book" "convert it to .epub, as Calibre does, and give that"]
    rb"\x89PNG|\xff\xd8\xff|GIF8[79]a.{,4}\0|RIFF.{4}WEBP|II\*\0|MM\0\*"
      ["a picture" "give its text as a .txt file"]}
  ;; Control characters except \a \b \t \n \v \f \r and escape, which terminal logs contain. A text
  ;; has few others; compressed data, read as latin-1, has a tenth.
  CONTROLS (lfor n [#* (range 7) #* (range 14 27) #* (range 28 32) 127] (chr n))
  FEW-CONTROLS 0.02)  ; of the characters of a text


(defclass NotText [ValueError]
  "Raised for a file that isn't text: an error if it was named, passed over if it is in a folder.")


(defn decode [name chunks encoding]
  #[[Yield the text of `chunks` (bytes) in pieces, never as a whole.

  `name` is what messages call it. Raise `NotText` for bytes that can't be decoded as `encoding` or
  don't begin like text.]]
  (setv
    decoder ((codecs.getincrementaldecoder encoding))
    size 0
    lines 0)
  (try
    (for [data chunks]
      (setv first (= size 0))
      (when first (_check-format name data))
      (+= size (len data))
      (setv text (.decode decoder data))
      (when first (_check-controls name text encoding))
      (+= lines (.count text "\n"))
      (yield text))
    (yield (.decode decoder b"" True))
    (except [error UnicodeDecodeError]
      (raise (NotText (_mishap name encoding error size lines)) :from error))))


(defn _check-format [name data]
  "Raise `NotText` if `data`, the first bytes of the file `name`, are those of one of `FORMATS`."
  (for [[pattern [kind advice]] (.items FORMATS) :if (re.match pattern data re.DOTALL)]
    (raise (NotText f"{name} is {kind}, not plain text; {advice}"))))


(defn _check-controls [name text encoding]
  "Raise `NotText` if `text`, of the file `name`, has more than a few control characters."
  (when (> (sum (map text.count CONTROLS)) (* FEW-CONTROLS (len text)))
    (raise (NotText (+ f"{name} is not {encoding} text: it has many control characters; "
      "give a plain text file, or the right `encoding`")))))


(defn _mishap [name encoding error size lines]
  "Return why decoding the file `name` stopped after `size` bytes and `lines` whole lines."
  (setv
    data error.object  ; the last bytes read, after those left over from before
    likely (_likely-encoding data error.start)
    place (+ (- size (len data)) error.start)
    before (.decode (cut data error.start) error.encoding "ignore")
    line (+ 1 lines (.count before "\n")))
  (_check-controls name (.decode data likely "ignore") encoding)
  (+ f"{name} is not valid {encoding}: byte {place}, in line {line}, is "
    f"0x{(get data error.start) :02x}; fix the file or try `encoding` {likely}"))


(defn _likely-encoding [data place]
  "Return the likely encoding of `data`, whose byte at `place` is invalid in the expected one."
  (import charset-normalizer [from-bytes])  ; here, as it takes 50 ms
  ;; The data may end within a character; then only its complete lines can be decoded.
  (for [part [data (cut data (+ 1 (.rfind data b"\n")))]  :if (< place (len part))]
    (setv best (.best (from-bytes part :cp-isolation LIKELY)))
    (when best
      (setv possible best.could-be-from-charset)
      (return (next (gfor each LIKELY :if (in each possible) (.replace each "_" "-"))))))
  "latin-1")  ; in which every byte is a character


(defn check-encoding [encoding]
  "Raise `ValueError` unless `encoding` is the name of an encoding of text."
  (try
    (.decode b"a" encoding "ignore")
    (except [[LookupError ValueError]]
      (raise (ValueError (+ f"unknown encoding {(clip (repr encoding))}: "
        "try utf-8, latin-1, cp1252, utf-16 or gb18030")) :from None))))
