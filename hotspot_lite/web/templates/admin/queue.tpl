% rebase("admin/frame.tpl", title="Queue", script=True)
% is_owner = person.may("owner")
% totals = told["totals"]
<h1>Queue</h1>
<p id="connection" class="bar" role="status" hidden></p>
<div id="live" data-view="queue" data-url="/admin/queue" data-port="{{live_port}}" data-since="0" data-zone="{{zone}}" data-at="{{told["at"]}}" data-interval="{{interval}}">
<p class="bar bad" id="no-worker" role="alert"{{" hidden" if told["workers"] else ""}}>No worker runs: jobs wait. Start the box, or see <code>hotspot-lite worker status</code>.</p>
<section class="numbers four" aria-label="All lanes">
<div><span>Waiting</span><b data-total="waiting">{{totals["waiting"]}}</b></div>
<div><a href="#running">Running</a><b data-total="running">{{totals["running"]}}</b></div>
<div><a href="#failed">Failed</a><b data-total="failed" class="{{"failed" if totals["failed"] else ""}}">{{totals["failed"]}}</b></div>
<div><span>Oldest waits</span><b data-total="oldest">{{totals["oldest"]}}</b></div>
</section>
<p class="hint">As of <time id="as-of">{{at(told["at"])}}</time><span id="workers">{{", ".join(f" · worker {w['pid']} since {at(w['since'])}" for w in told["workers"])}}</span></p>

<section aria-labelledby="lanes-title">
<h2 id="lanes-title">Lanes</h2>
<p class="hint">The bars are the last hour, minute by minute: green is done, red has failed. Half of the jobs took no longer than p50, 95 of 100 no longer than p95.</p>
<ol class="lanes">
% for lane in told["lanes"]:
% include("admin/queue_lane.tpl", lane=lane, is_owner=is_owner)
% end
</ol>
</section>

<section aria-labelledby="running-title" id="running">
<h2 id="running-title">Running now</h2>
% if done.get("running"):
<p class="said" role="status">{{done["running"]}}</p>
% end
<div class="scroll"><table class="cards" id="running-jobs"{{"" if told["running"] else " hidden"}}>
<thead><tr><th scope="col">Job</th><th scope="col">Arguments</th><th scope="col">Tags</th><th scope="col">Try</th><th scope="col">For</th></tr></thead>
<tbody>
% for job in told["running"]:
<tr><th scope="row">{{job["name"]}}</th><td data-name="Arguments">{{job["args"] or "–"}}</td><td data-name="Tags">{{" ".join(job["tags"]) or "–"}}</td><td data-name="Try">{{job["attempt"]}}</td><td data-name="For" data-elapsed="{{job["elapsed_seconds"]}}" class="{{"stuck" if job["is_stuck"] else ""}}">{{length_text(job["elapsed_seconds"])}}{{", stuck" if job["is_stuck"] else ""}}</td></tr>
% end
</tbody></table></div>
<p class="empty" id="running-empty"{{" hidden" if told["running"] else ""}}>Nothing runs at this moment. A job that takes longer than a second is shown here while it runs.</p>
% if is_owner:
<form method="post" action="/admin/queue/return" id="return-stuck"{{"" if totals["stuck"] else " hidden"}}>
<input type="hidden" name="csrf" value="{{person.csrf}}">
<p class="hint">A stuck job has run longer than its lane allows. It goes back by itself; this does it at once.</p>
<button>Give stuck jobs back</button>
</form>
% end
</section>

<section aria-labelledby="failed-title" id="failed">
<h2 id="failed-title">Failed jobs</h2>
<form method="get" action="/admin/queue#failed" role="search" class="filter">
<div><label for="tag">Tag</label><input id="tag" name="tag" type="search" maxlength="60" value="{{tag}}" placeholder="payment:17" autocapitalize="none" spellcheck="false"></div>
<div><label for="lane">Lane</label><select id="lane" name="lane"><option value="">All lanes</option>
% for lane in told["lanes"]:
<option{{" selected" if lane["name"] == lane_asked else ""}}>{{lane["name"]}}</option>
% end
</select></div>
<button>Search</button>
% if query:
<a href="/admin/queue#failed">Show all</a>
% end
</form>
% if done.get("failed"):
<p class="said" role="status">{{done["failed"]}}</p>
% end
% if tag:
<h3>Waiting or running, tagged {{tag}}</h3>
% if found:
<ul class="rows found">
% for row in found:
<li><b>{{row["state"]}}</b><span>{{row["name"]}} {{row["args"]}}</span></li>
% end
</ul>
% else:
<p class="empty">None now. What is done is gone; what has failed is below.</p>
% end
% end
<div id="failed-list" data-mark="{{told["marks"]["failed"]}}" data-part="failed">
% include("admin/queue_failed.tpl")
</div>
% if is_owner:
<details class="panel" id="clear"{{" open" if field in ("sure", "hours") else ""}}>
<summary>Clear the list</summary>
<form method="post" action="/admin/queue/prune" class="filter">
<input type="hidden" name="csrf" value="{{person.csrf}}">
<div><label for="hours">Forget what failed more than this many hours ago</label>
<input id="hours" name="hours" inputmode="numeric" required maxlength="6" value="{{hours}}"{{!' aria-invalid="true" aria-describedby="hours-wrong" autofocus' if field == "hours" else ""}}>
% if field == "hours":
<p class="wrong" role="alert" id="hours-wrong">{{problem}}</p>
% end
</div>
<button class="second">Forget old ones</button>
</form>
<form method="post" action="/admin/queue/flush" class="filter">
<input type="hidden" name="csrf" value="{{person.csrf}}">
<div><label for="flush-lane">Forget all failed jobs of</label>
<select id="flush-lane" name="lane"><option value="">all lanes</option>
% for lane in told["lanes"]:
<option>{{lane["name"]}}</option>
% end
</select></div>
<div class="tick-box"><label class="tick"><input type="checkbox" name="sure" value="yes"{{!' aria-invalid="true" aria-describedby="sure-wrong" autofocus' if field == "sure" else ""}}> They will not be put again</label>
% if field == "sure":
<p class="wrong" role="alert" id="sure-wrong">{{problem}}</p>
% end
</div>
<button class="danger">Forget all</button>
</form>
</details>
% end
</section>

<section aria-labelledby="batches-title" id="batches">
<h2 id="batches-title">Batches</h2>
% if done.get("batches"):
<p class="said" role="status">{{done["batches"]}}</p>
% end
<div id="batch-list" data-mark="{{told["marks"]["batches"]}}" data-part="batches">
% include("admin/queue_batches.tpl")
</div>
</section>

<section aria-labelledby="timetable-title">
<h2 id="timetable-title">Timetable</h2>
% if told["timetable"]:
<div class="scroll"><table class="cards" id="timetable">
<thead><tr><th scope="col">Job</th><th scope="col">When</th><th scope="col">Last</th><th scope="col">Took</th><th scope="col">Next</th><th scope="col">State</th></tr></thead>
<tbody>
% for job in told["timetable"]:
<tr data-job="{{job["name"]}}"><th scope="row">{{job["name"]}}</th><td data-name="When">{{job["when"]}}</td><td data-name="Last" data-cell="last_at">{{at(job["last_at"]) or "–"}}</td><td data-name="Took" data-cell="took">{{job["took"]}}</td><td data-name="Next" data-cell="next_at">{{at(job["next_at"]) or "–"}}</td><td data-name="State" data-cell="state" class="{{"stuck" if job["is_late"] or job["last_error"] else ""}}">{{"late" if job["is_late"] else ""}}{{", " if job["is_late"] and job["last_error"] else ""}}{{job["last_error"] or ("" if job["is_late"] else "on time")}}</td></tr>
% end
</tbody></table></div>
% else:
<p class="empty">No periodic job is known yet. The worker writes them down when it starts.</p>
% end
</section>
</div>
<noscript><p class="bar">Without JavaScript this page does not follow by itself. Load it again to see what is new.</p></noscript>
