#[[What WhatsApp, Telegram, Discord, X and Mastodon export: chats, and one's own posts.

`EXPORTS` says of each how it begins, where the texts are, who wrote them, and what to skip. A
message of a chat becomes a line, a post a paragraph, which is an item.]]

(eval-when-compile (require lstm-textgen.basics.forms [defrecord]))
(import
  collections.abc [Callable]
  html [unescape]
  re
  lstm-textgen.basics.machine [MB]
  lstm-textgen.basics.values [counted]
  lstm-textgen.text.decoding [NotText]
  lstm-textgen.text.documents.chats [NOTICE chat-text]
  lstm-textgen.text.documents.reading [BeyondLimit HEAD MAX-LINE Reading Summary first-text
    one-line read-whole refuse-damaged text-lines]
  lstm-textgen.text.documents.web [MAX-PAGE html-lines layout page-source page-tree]
  lstm-textgen.text.documents.whatsapp [whatsapp? whatsapp-messages]
  lstm-textgen.text.items [ENDS])

(setv
  MAX-JSON-PATH 1000  ; characters of the names of values that one is in; exports have about 50
  JSON-CHAT r"\s*\{.*?\"messages\"\s*:\s*\[\s*\{"  ; how one begins
  ;; What is looked at on Telegram's pages: who, what, and messages without text.
  TELEGRAM-PARTS ".message > .body > .from_name, .message.default .text, .message.service, .media"
  ;; X's archive has `data/tweets.js` and, if they are many, `data/tweets-part1.js` and so on; an
  ;; older one has `tweet.js`.
  POSTS-FILE r"(?:^|/)tweets?(?:-part\d+)?\.js$"
  SHORT-LINK (re.compile r"https?://t\.co/\w+"))  ; stands for a link, a picture or a quoted post


(defrecord Export
  #[[What a service exports.

  - `begins?`: a function of the text at the beginning of a file, whether it is one.
  - `objects`: where the messages or posts are in its JSON, by the end of their path.
  - `text`, `author`, `kept?`: functions of such an object. Posts have no author.
  - `read`: if it isn't JSON, a function of the file and a `Reading` that yields its messages.]] [
    #^ str service
    #^ Callable begins?
    #^ str [objects ""]
    #^ Callable [text None]
    #^ Callable [author None]
    #^ Callable [kept? (fn [item] True)]
    #^ Callable [read None]])


(defn find-export [text]
  "Return the row of `EXPORTS` for a file that begins with `text`, or None."
  (next (gfor row EXPORTS :if (row.begins? text) row) None))


(defn chat? [text]
  "Return whether a file that begins with `text` is a chat."
  (setv export (find-export text))
  (and export (or export.read export.author)))


(defn read-export [file reading]
  "Yield the text of each message or post in `file`; return a `Summary`."
  (setv
    head (.read file HEAD)
    export (find-export (first-text head reading)))
  (.seek file 0)
  (cond
    (is export None) (raise (NotText f"{reading.name} is not a chat in a known format"))
    export.read (chat-text (export.read file reading) export.service reading)
    export.author (chat-text (_json-messages file head export reading) export.service reading)
    True (_posts (_json-messages file head export reading) export.service reading)))


(defn _posts [messages service reading]
  "Yield the posts among `messages` of a `service`, each an item; return a `Summary`."
  (setv
    items (or reading.items "paragraph")
    [kept left-out] [0 0])
  (for [[_ post] messages]
    (setv
      lines (filter None (map one-line (.splitlines (or post ""))))
      text (.join (if (= items "line") " " "\n") lines))
    (if text (+= kept 1) (+= left-out 1))
    (when text (yield (+ text (get ENDS items)))))
  (Summary :items items :words (+
    f"{service}, {(counted kept "posts")}"
    (if left-out "; reposts, direct messages and posts without text left out" ""))))


(defn _json-messages [file head export reading]
  "Yield what each object in the JSON of `file` says; `head` is how that begins."
  (for [item (json-objects file head export.objects f"an export of {export.service}" reading)]
    (setv message NOTICE)
    (try
      (when (export.kept? item)
        (setv message #((when export.author (export.author item)) (export.text item))))
      (except [[AttributeError IndexError KeyError TypeError ValueError]]))  ; it is malformed
    (yield (if (all (gfor each message (isinstance each #(str (type None))))) message NOTICE))))


(defn json-objects [file head suffix kind reading]
  #[[Yield each object in the JSON of `file`, which begins with `head`, at paths that end so.

  Raise `NotText` for what is no JSON, and so no document of this `kind`, or is nested too deeply,
  `BeyondLimit` for an object with more than `MAX-LINE` values and characters.]]
  (import
    ijson
    ijson.common [ObjectBuilder])
  (.seek file (.start (re.search rb"[\[{]" head)))  ; after a byte order mark, or X's assignment
  (setv [within builder size] [None None 0])  ; of the object that has begun
  (try
    ;; Of a file, ijson.parse makes the paths of all events in 64 KB before we see the first.
    (for [[path event value] (ijson.parse (ijson.basic-parse file :use-float True))]
      (when (> (len path) MAX-JSON-PATH)
        (refuse-damaged reading kind "its values are nested too deeply"))
      (when (and (not within) (= event "start_map") (.endswith path suffix))
        (setv [within builder size] [path (ObjectBuilder) 0]))
      (when within
        (+= size (if (isinstance value str) (len value) 1))
        (when (> size MAX-LINE)
          (raise (BeyondLimit (+ f"{reading.name} has a message or post of more than "
            f"{(// MAX-LINE MB)} million characters; give a file with shorter ones"))))
        (.event builder event value)
        (when (= [path event] [within "end_map"])
          (yield builder.value)
          (setv within None))))
    (except [error [ijson.JSONError UnicodeError]]
      (refuse-damaged reading kind error))))


(defn _page-messages [file reading]
  "Yield each message on a page of Telegram; one that names nobody is of the person before."
  (setv
    name None
    tree (page-tree (page-source (read-whole file reading MAX-PAGE) reading) reading))
  (for [node (.css tree TELEGRAM-PARTS)]
    (setv kinds (.split (or (.get node.attributes "class") "")))
    (cond
      (in "from_name" kinds) (setv name (layout node))
      (in "text" kinds) (yield #(name (layout node)))
      True (yield NOTICE))))


(defn _begins [pattern]
  "Return the function that tells whether a text begins with `pattern`, in which . is anything."
  (. (re.compile pattern re.DOTALL) match))


(setv EXPORTS [
  (Export "Telegram" (_begins ".*class=\"message default clearfix") :read _page-messages)
  (Export "Discord" (_begins rf"(?=.*\"author\")(?=.*\"content\"){JSON-CHAT}") "messages.item"
    :text (fn [item] (get item "content"))
    :author (fn [item] (or (.get (get item "author") "nickname") (get item "author" "name")))
    :kept? (fn [item] (in (.get item "type") ["Default" "Reply" "ThreadStarterMessage" None])))
  ;; One chat, or all of Telegram, in which chats come after the contacts.
  (Export "Telegram" (_begins (+ rf"(?=.*\"(?:from|actor)_id\"){JSON-CHAT}"
      r"|\s*\{\s*\"about\".*?\"(?:personal_information|contacts)\"\s*:")) "messages.item"
    ;; A string, or a list of strings and of objects with some.
    :text (fn [item] (.join "" (gfor
      part (get item "text")
      (if (isinstance part str) part (get part "text")))))
    :author (fn [item] (or (get item "from") "Deleted Account"))
    :kept? (fn [item] (= (get item "type") "message")))
  (Export "X" (_begins r"\s*window\.YTD\.tweets?\.part\d+\s*=\s*\[") "item"
    :text (fn [item] (unescape (.sub SHORT-LINK "" (get item "tweet" "full_text"))))
    :kept? (fn [item] (not (.startswith (get item "tweet" "full_text") "RT @"))))  ; a repost
  ;; ActivityPub's outbox.json
  (Export "Mastodon" (_begins (+ r"\s*\{(?=.*?\"type\"\s*:\s*\"OrderedCollection\")"
      r"(?=.*?\"orderedItems\"\s*:\s*\[\s*\{)")) "orderedItems.item"
    :text (fn [item] (.join "\n" (html-lines (get item "object" "content") (Reading))))
    :kept? (fn [item] (and (= (get item "type") "Create") (any (gfor
      ;; All, or one's followers; a direct message goes to neither.
      address [#* (get item "to") #* (get item "cc")]
      (.endswith address #("#Public" "as:Public" "/followers")))))))
  (Export "WhatsApp" whatsapp? :read (fn [file reading]
    (whatsapp-messages (text-lines file reading))))])
