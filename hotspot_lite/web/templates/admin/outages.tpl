% rebase("admin/frame.tpl", title="Outages", refresh=refresh)
<h1>Outages</h1>
<form method="post" action="/admin/outages" class="panel">
<h2>Give lost time back</h2>
<p class="hint">Whose time ran meanwhile gets as much of it again: what runs now ends later, what is over runs once more. {{"They are told by SMS." if is_told else "They are not told;"}}\\
% if not is_told:
 <a href="/admin/messages/automatic#made-good">a message for it</a> can be turned on.\\
% end
</p>
<input type="hidden" name="csrf" value="{{person.csrf}}">
% include("admin/problem.tpl")
<div class="fields">
<div><label for="since">From</label><input id="since" name="since" type="datetime-local" required value="{{values["since"]}}"{{!" aria-invalid=true" if field == "since" else ""}}></div>
<div><label for="until">Until</label><input id="until" name="until" type="datetime-local" required value="{{values["until"]}}"{{!" aria-invalid=true" if field == "until" else ""}}></div>
<div><label for="why">Why</label><input id="why" name="why" maxlength="200" autocomplete="off" value="{{values["why"]}}"{{!" aria-invalid=true" if field == "why" else ""}}></div>
</div>
% if found:
<p role="status"><b>{{found.people}}</b> {{"person" if found.people == 1 else "people"}} would get <b>{{"{:,}".format(found.seconds // 60)}}</b> minutes between them.</p>
<div class="row">
% if found.people:
<button name="do" value="give">Give it</button>
% end
<button name="do" value="look" class="second">Look again</button></div>
% else:
<button name="do" value="look">Look who is meant</button>
% end
</form>
<h2>Noticed by the box</h2>
% if noticed:
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">From</th><th scope="col">Until</th><th scope="col">Lasted</th><th scope="col"><span class="quiet">Do</span></th></tr></thead>
<tbody>
% for one in noticed:
<tr><th scope="row">{{one["since"]}}</th><td data-name="Until">{{one["until"]}}</td><td data-name="Lasted">{{one["lasted"]}}</td><td><a class="chip-link" href="/admin/outages?{{one["fill"]}}">Take these times</a></td></tr>
% end
</tbody></table></div>
% else:
<p class="empty">None in the last 30 days: the router and RADIUS always answered. An outage of the line to the internet is not noticed here; type its times above.</p>
% end
% if made:
<h2>Made good</h2>
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">From</th><th scope="col">Until</th><th scope="col">Why</th><th scope="col">By</th><th scope="col" class="figure">People</th><th scope="col" class="figure">Time</th></tr></thead>
<tbody>
% for one in made:
<tr><th scope="row">{{one["since"]}}</th><td data-name="Until">{{one["until"]}}</td><td data-name="Why">{{one["why"]}}</td><td data-name="By">{{one["who"]}}</td><td class="figure" data-name="People">{{one["people"]}}{{"" if one["is_done"] else ", going on"}}</td><td class="figure" data-name="Time">{{one["time"]}}</td></tr>
% end
</tbody></table></div>
% end
