/** The page: its tabs, each of which begins with its module. */

import "./tabs/together/together.ts";
import "./tabs/teach/teach.ts";
