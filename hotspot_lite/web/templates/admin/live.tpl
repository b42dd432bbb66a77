% rebase("admin/frame.tpl", title="Live", script=True, module="follow.js")
% numbers = told["numbers"]
<h1 class="quiet">Live</h1>
<p id="connection" class="bar" role="status" hidden></p>
% if steps_left:
<p class="bar"><a href="/admin/start">First steps</a>: {{steps_left}} to go.</p>
% end
% if not is_believed:
<p class="bar">The box does not know the right time yet. It sells and admits; nobody is cut off until it does.</p>
% end
<div id="live" data-port="{{live_port}}" data-since="{{since}}" data-zone="{{zone}}" data-currency="{{currency}}" data-at="{{told["at"]}}" data-interval="{{max(5, sample_seconds)}}">
<section class="numbers" aria-label="Now">
<div><span>Today's takings</span><b data-number="takings_today_cents">{{price(numbers["takings_today_cents"])}}</b><small id="takings-split">{{split(numbers["takings_by_provider"])}}</small></div>
<div><span>Online now</span><b data-number="online">{{numbers["online"]}}</b></div>
<div><span>Sold today</span><b data-number="sold_today">{{numbers["sold_today"]}}</b></div>
<div><span>Waiting for access</span><b data-number="waiting_for_access">{{numbers["waiting_for_access"]}}</b></div>
<div><a href="/admin/exceptions">Exceptions</a><b data-number="undecided">{{numbers["undecided"]}}</b></div>
</section>
<p class="hint">As of <time id="as-of">{{at(told["at"])}}</time> <span id="router"></span></p>

% include("admin/trend.tpl")

<section aria-labelledby="undecided-title">
<h2 id="undecided-title"><a href="/admin/exceptions">Exceptions</a></h2>
<ul id="undecided" class="rows">
% for row in told["undecided"]:
<li><time>{{at(row["at"])}}</time><span>{{row["says"]}}</span></li>
% end
</ul>
<p class="empty" id="undecided-empty"{{" hidden" if told["undecided"] else ""}}>Nothing to decide. Payments that the box can't judge by itself are listed here.</p>
</section>

<section aria-labelledby="events-title">
<h2 id="events-title">What happened</h2>
<ul id="events" class="rows">
% for event in recent:
% words = tell(event)
<li data-seq="{{event["seq"]}}" class="{{"good" if words.is_good else "bad"}}"><time>{{at(event["timestamp"])}}</time><b>{{words.title}}</b><span>{{words.says}}</span></li>
% end
</ul>
<p class="empty" id="events-empty"{{" hidden" if recent else ""}}>Nothing yet. Each sale, and each device that comes online, is told here at once.</p>
</section>

<section aria-labelledby="lanes-title">
<h2 id="lanes-title">Work</h2>
<p class="hint"><a href="/admin/queue">See into the queue</a></p>
<table id="lanes">
<thead><tr><th scope="col">Lane</th><th scope="col">Waiting</th><th scope="col">Delayed</th><th scope="col">Running</th><th scope="col">Failed</th></tr></thead>
<tbody>
% for name, counts in told["lanes"].items():
<tr data-lane="{{name}}"><th scope="row">{{name}}</th>
% for state in ("waiting", "delayed", "running", "failed"):
<td data-state="{{state}}" class="{{"zero" if not counts[state] else state}}">{{counts[state]}}</td>
% end
</tr>
% end
</tbody>
</table>
</section>
</div>
<div id="toasts" role="status" aria-live="polite"></div>
<noscript><p class="bar">Without JavaScript this page does not follow by itself. Load it again to see what is new.</p></noscript>
