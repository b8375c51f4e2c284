#[[Assembles pages: one HTML file that needs no other file and makes no requests.

A page's styles and scripts are readable files in assets/. They are inlined under a
Content-Security-Policy that allows exactly them: no other script runs, no other style applies and
nothing is requested, whatever data the page holds.]]

(import
  base64 [b64encode]
  hashlib [sha256]
  html [escape]
  json
  pathlib [Path]
  re
  string [Template]
  lstm-textgen [__version__]
  lstm-textgen.basics.terminal [visible])

(setv
  ASSETS (/ (. (Path __file__) parent) "assets")
  ;; Modules are joined into one script, so what one imports from another is already defined.
  IMPORT (re.compile r"^import [^;]*;\n" re.MULTILINE)
  EXPORT (re.compile r"^export (?=const|let|function|async|class)" re.MULTILINE))


(defn assemble [title body * [styles #()] [scripts #()] [worker #()] [data {}] [blocks {}]
    [asks? False]]
  #[[Return a page (str) with this `title` and `body`, the latter being HTML.

  - `styles`: names of the style sheets in assets/ that follow common.css.
  - `scripts`: names of the JavaScript modules in assets/ that run on the page, each after those
    that it imports from. They run once the whole page has loaded.
  - `worker`: the same for a worker; its code is in the element `worker` as text.
  - `data`: a dict from ids of elements to values; each element holds its value as JSON.
  - `blocks`: a dict from ids of elements to text without <, such as base64.
  - `asks?`: whether its scripts may ask the server that it comes from.]]
  (setv
    style (.join "\n" (map asset ["common.css" #* styles]))
    script (join-modules scripts)
    blocks {
      #** (if worker {"worker" (join-modules worker)} {})
      ;; JSON in ASCII, without anything that could end the element.
      #** (dfor
        [name value] (.items data)
        name (.replace (json.dumps value :separators #("," ":")) "<" "\\u003c"))
      #** blocks})
  (+
    (fill "page.html"
      :version __version__
      :policy (_policy style script (bool worker) asks?)
      :title (escape title)
      :style style
      :body body
      :blocks (.join "\n" (gfor [name text] (.items blocks) (_block name text)))
      :script (if script f"<script type=\"module\">{script}</script>" ""))
    "\n"))


(defn asset [name]
  "Return the text of the file `name` in assets/, after its licence if it is third-party."
  (setv
    path (/ ASSETS name)
    licence (.with-name path (+ (get (.split path.name ".") 0) ".LICENSE"))
    text (.strip (.read-text path :encoding "utf-8")))
  (if (.exists licence) f"/*\n{(.strip (.read-text licence :encoding "utf-8"))}\n*/\n{text}" text))


(defn fill [name / #** values]
  "Return the HTML in the file `name` of assets/ with `values` for its $names; each is HTML."
  (.substitute (Template (asset name)) #** values))


(defn join-modules [names]
  "Return the JavaScript modules `names` of assets/ as one script, without imports and exports."
  (.join "\n" (gfor name names (.sub EXPORT "" (.sub IMPORT "" (asset name))))))


(defn safe [text]
  "Return `text`, which may be untrusted, escaped as HTML."
  (escape (visible (str text))))


(defn base64 [data]
  "Return `data` (bytes) in base64 (str), as a block of a page holds it."
  (.decode (b64encode data)))


(defn _block [name text]
  #[[Return the element `name` that holds `text` for scripts to read; browsers don't run it.

  Raise `ValueError` if the text would end the element or change its parsing.]]
  (when (re.search r"</script|<script|<!--" text re.IGNORECASE)
    (raise (ValueError f"the block {name} of a page contains a tag")))
  f"<script type=\"text/plain\" id=\"{(escape name)}\">{text}</script>")


(defn _policy [style script worker asks?]
  "Return the Content-Security-Policy of `assemble`'s page, with this `style` and `script`."
  (.join "; " [
    "default-src 'none'"
    f"style-src {(_hash style)}"
    ;; A worker may compile the WebAssembly that the page holds; eval stays forbidden.
    #* (if script [f"script-src {(_hash script)}{(if worker " 'wasm-unsafe-eval'" "")}"] [])
    #* (if worker ["worker-src blob:"] [])
    #* (if asks? ["connect-src 'self'"] [])
    "base-uri 'none'"
    "form-action 'none'"]))


(defn _hash [text]
  "Return the source expression that allows the inline element with this `text`."
  f"'sha256-{(base64 (.digest (sha256 (.encode text "utf-8"))))}'")
