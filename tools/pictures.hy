#[[Makes the pictures in docs/pictures/, and others to look at.

    python -m hy tools/pictures.hy run                the tutorial's second run
    python -m hy tools/pictures.hy pages KEEPER LOL   pages of two models
    python -m hy tools/pictures.hy english            the page of `english` that learns and helps
    python -m hy tools/pictures.hy look PREFIX PAGES  HTML files, at both widths, light and dark

KEEPER is fine-tuned on lighthouse.txt as in README, LOL trained on lol.txt. The pictures of PAGES
begin with PREFIX, such as /tmp/look-. Needs the extra `test` and Chromium.]]

(import
  html [escape]
  io [BytesIO]
  itertools [product]
  pathlib [Path]
  sys
  tempfile [NamedTemporaryFile TemporaryDirectory]
  PIL [Image]
  pyte
  lstm-textgen.textmodel [load]
  tests.browser [fragment open-page start-browser wait-for-end wait-until WRITTEN]
  tests.screen [Screen]
  tools.forms [ROOT])

(setv
  PICTURES (/ ROOT "docs" "pictures")
  LARGE {"device_scale_factor" 1.5}
  LOOKS (list (product [1600 390] ["light" "dark"]))
  ;; The terminal, the moment of the picture, and colors.
  SIZE [120 30]
  MOMENT r"(?s)epoch 4/6 +━+╸?╺?━* +[4-9]\d%.*saved at"
  ;; What leaves nothing but a passage and its scale on a page.
  ALONE #[[() => {
    document.getElementById("story").style.padding = "1rem 2rem";
    document.querySelectorAll("#keys, #after > :not(.key)").forEach((each) => each.remove());
  }]]
  COLORS {"default" "#d9d9d9"  "brightblack" "#8c8c8c"  "cyan" "#4fc3d9"  "magenta" "#d977bd"
    "green" "#62b56e"}
  FRAME (+ "<meta charset=\"utf-8\"><style>body {{ margin: 0; background: #101010 }}"
    "pre {{ display: inline-block; margin: 0; padding: 1rem 1.25rem;"
    " font: 15px/1.3 'DejaVu Sans Mono', monospace }}"
    "i {{ display: inline-block; width: 1ch; font-style: normal }}</style><pre>{}</pre>")
  SETTINGS {"rng_seed" "5"  "length" "240"  "fast" "1"}  ; of the pages
  ;; What a person and, every other time, the machine write on the tab Together.
  SHEET ["The night train stopped where there was no " "sound" "but the " "sound"
    "of snow. An old woman climbed in with a clock under her "]
  ;; The moving picture: a file, its way onto the page in shares, the moments of the longest lesson
  ;; (most end earlier), the milliseconds of a frame.
  DIARY (/ ROOT "corpora" "lighthouse.txt")
  WAY [0 0.25 0.5 0.7 0.85 0.95 1 1]
  PARTS 20
  MOVING 90
  STILL 1800
  ;; The file as a sheet of paper at a `share` of its way, and as the browser gives it to a page.
  PAPER #[[(share) => {
    const paper = document.getElementById("paper") ?? document.createElement("div");
    Object.assign(paper, {id: "paper", textContent: "lighthouse.txt"});
    Object.assign(paper.style, {position: "fixed", padding: "1.25rem 1.5rem 4.5rem",
      background: "#fffefb", color: "#211e1a", border: "1px solid #cfc6b6", borderRadius: "3px",
      boxShadow: "0 6px 18px rgb(0 0 0 / 22%)", transform: `rotate(${4 - 4 * share}deg)`,
      left: `${72 - 28 * share}vw`, top: `${70 - 35 * share}vh`});
    document.body.append(paper);
  }]]
  GIVEN #[[(text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], "lighthouse.txt", {type: "text/plain"}));
    return data;
  }]])


(defn picture-run []
  "Fine-tune `english` on the diary, and take a picture of the terminal during that."
  (with [folder (TemporaryDirectory)]
    (setv
      folder (Path folder)
      screen (Screen folder #* SIZE
        "--sources" "lighthouse.txt" "--from" "english" "--model" "diary"))
    (.until screen MOMENT)
    (.write-text (/ folder "run.html") (html-of screen) :encoding "utf-8")
    (.finish screen)
    (for [browser (start-browser)]
      (with [page (open-page browser (/ folder "run.html"))]
        (take (.locator page "pre") (/ PICTURES "training.png"))))))


(defn picture-pages [keeper lol]
  "Take pictures of the pages of two models, each with a passage that it generates."
  (for [browser (start-browser)
        [model seed view name] [
          [keeper "I went down" "write" "playground"]
          [lol "heylo" "cells" "cells"]
          [lol "There once was" "story" "shades"]]]
    (with [file (NamedTemporaryFile :suffix ".html")]
      (.page (load model) file.name :overwrite True)
      (with [page (open-page browser file.name (fragment :seed seed #** SETTINGS)
          :viewport (size 1120 640) #** LARGE)]
        (wait-for-end page)
        (when (= view "story")
          (.evaluate page ALONE)
          (take (.locator page "#story") (/ PICTURES f"{name}.png"))
          (continue))
        (.click page f"#tab-{view}")
        (when (= view "cells") (.click page "#cells-list :text('first words of lines')"))
        (.evaluate page "scrollTo(0, 0)")
        (when (= view "write")  ; with the alternatives of a surprising letter in the first lines
          (setv box (.bounding-box (. (.locator page f"{WRITTEN} .s3") first)))
          (.click page.mouse (+ (get box "x") 3) (+ (get box "y") (/ (get box "height") 2))))
        (take page (/ PICTURES f"{name}.png"))))))


(defn picture-english []
  "Take README's pictures of the page of `english`, which learns a diary, and helps a writer."
  (for [browser (start-browser)]
    (with [file (NamedTemporaryFile :suffix ".html")]
      (.page (load "english") file.name :overwrite True)
      (with [page (open-page browser file.name :viewport (size 960 575) #** LARGE)]
        (write-together page)
        (take page (/ PICTURES "together.png")))
      (with [page (open-page browser file.name (fragment :rng-seed 3 :length 320)
          :viewport (size 960 690) :device-scale-factor 1.25)]
        (setv
          start (list (dropped page))
          lesson (list (taught page))
          still #((get lesson (// (* 2 (len lesson)) 3) 0) STILL))  ; where nothing moves
        (save-moving [still #* start #* lesson #* (written-slowly page)]
          (/ PICTURES "learning.webp"))))))


(defn write-together [page]
  "Write on the tab Together with the machine, whose words get a color."
  (.click page "#tab-together")
  (for [[n part] (enumerate SHEET)]
    (if (% n 2)
      (.click page f"#offered-words button:has-text('{part}')")
      (.type page "#sheet" part))
    (wait-until page "document.getElementById('offered-words').ariaBusy === 'false'"))
  (.click page "#sheet-whose")
  (.evaluate page "scrollTo(0, 0)"))


(defn look [prefix #* paths]
  "Take pictures of the whole pages at `paths`, narrow and wide, in light and dark."
  (for [browser (start-browser)  path (map Path paths)  [width scheme] LOOKS]
    (with [page (open-page browser path :site path.parent :viewport (size width 1000)
        :color-scheme scheme :reduced-motion "reduce")]
      (take page f"{prefix}{path.stem}-{width}-{scheme}.png" :full-page True))))


;; * A moving picture: frames are #(PNG milliseconds)

(defn frame [page milliseconds [top 0]]
  "Return a frame of the `page`, scrolled down by `top` pixels."
  (.evaluate page f"scrollTo(0, {top})")
  #((.screenshot page :animations "disabled") milliseconds))


(defn dropped [page]
  "Yield frames in which a diary is dropped on the tab Teach, which reads it."
  (.click page "#tab-teach")
  (setv file (.evaluate-handle page GIVEN (.read-text DIARY :encoding "utf-8")))
  (for [share WAY]
    (.evaluate page PAPER share)
    (when (> share 0.8) (.dispatch-event page "#teach-drop" "dragover" {"dataTransfer" file}))
    (yield (frame page (if share MOVING STILL))))
  (.evaluate page "document.getElementById('paper').remove()")
  (.dispatch-event page "#teach-drop" "drop" {"dataTransfer" file})
  (wait-until page "!document.getElementById('teach-found').hidden")
  (yield (frame page STILL))
  (yield (frame page STILL 185)))


(defn taught [page]
  "Yield frames in which the page learns, at equal parts of its lesson, and one of the end."
  (.click page "#teach-go")
  (setv seen 0)
  (while (.is-hidden page "#teach-done")
    (.wait-for-timeout page 100)
    (setv part (.evaluate page "document.getElementById('teach-part').value"))
    (when (>= part (/ (+ seen 1) PARTS))
      (setv seen (int (* part PARTS)))
      (yield (frame page (* 5 MOVING) 96))))
  (yield (frame page STILL)))


(defn written-slowly [page]
  "Yield frames in which the taught page writes a passage."
  (.click page "#tab-write")
  (while (.is-visible page "#stop")
    (yield (frame page (* 2 MOVING)))
    (.wait-for-timeout page 500))
  (yield (frame page (* 3 STILL))))


(defn save-moving [frames target]
  "Save `frames` as `target`, which runs twice."
  (setv
    [pictures times] (zip #* frames)
    [first #* others] (gfor png pictures (Image.open (BytesIO png))))
  (.save first target :save-all True :append-images others :duration (list times) :loop 2
    :lossless True :method 4)
  (print target (. (.stat target) st-size)))


(defn take [what target #** options]
  "Save a picture of a page or an element as `target`."
  (.wait-for-timeout (getattr what "page" what) 500)
  (.screenshot what :path (str target) #** options)
  (print target))


(defn size [width height]
  "Return the size of a window as Playwright wants it."
  {"width" width  "height" height})


(defn html-of [screen]
  "Return the current contents of a `screen` as a page, each character in its own cell."
  (setv
    [columns lines] SIZE
    shown (pyte.Screen columns lines))
  ;; pyte doesn't know dim text: here it is gray.
  (.feed (pyte.ByteStream shown) (.replace screen.bytes b"\x1b[2m" b"\x1b[90m"))
  (setv rows (gfor
    row (range lines)
    (.join "" (gfor column (range columns) (_cell (get shown.buffer row column))))))
  (.format FRAME (.join "\n" rows)))


(defn _cell [cell]
  "Return the HTML of a `cell` of pyte's screen."
  (setv
    color (.get COLORS cell.fg (if (.isalpha cell.fg) "inherit" f"#{cell.fg}"))
    weight (if cell.bold "bold" "normal"))
  f"<i style=\"color: {color}; font-weight: {weight}\">{(escape cell.data)}</i>")


(when (= __name__ "__main__")
  (setv
    sys.executable hy.sys-executable  ; within `python -m hy` it is Hy's own program
    [_ what #* arguments] sys.argv)
  ((get {"run" picture-run  "pages" picture-pages  "english" picture-english  "look" look} what)
    #* arguments))
