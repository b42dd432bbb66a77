% rebase("admin/frame.tpl", title="Router", refresh=refresh)
<h1>Router</h1>
% if not host:
<p class="empty">No router is set. Write its address into <code>router.host</code>, with <code>router.username</code> and <code>router.password</code>, and come back.</p>
% else:
<p class="hint">{{host}}. Nothing here is changed at the router unless you say so below.</p>
% for one in wrong:
<p class="wrong" role="alert">{{one.says}}</p>
% end
% def ask(do, label, style=""):
<form method="post" action="/admin/router"><input type="hidden" name="csrf" value="{{person.csrf}}"><button name="do" value="{{do}}" class="{{style}}">{{label}}</button></form>
% end
<section class="panel" id="plan">
<h2>What differs</h2>
% if plan:
% include("admin/errand.tpl", errand=plan)
% else:
<p class="hint">The box reads the router and says what is different from what it needs.</p>
% end
% if plan and plan["state"] == "done":
% told = plan["outcome"]
<p><b>{{told["router"]["name"]}}</b>, {{told["router"]["board"]}}, RouterOS {{told["router"]["version"]}}</p>
% for one in told["remarks"]:
<p class="{{"wrong" if one["level"] == "blocker" else "note" if one["level"] == "warning" else "hint"}}">{{one["says"]}} {{one["todo"]}}</p>
% end
% if told["is_done"]:
<p class="said">Nothing differs from what this box needs.</p>
% elif told["steps"]:
<p>{{len(told["steps"])}} {{"thing differs" if len(told["steps"]) == 1 else "things differ"}}:</p>
<ol class="steps">
% for step in told["steps"]:
<li>{{step["why"]}}<code>{{step["does"]}}</code></li>
% end
</ol>
% end
% end
<div class="row">
% ask("plan", "Look at the router", "second" if may_apply else "")
% if may_apply:
% ask("apply", "Make it so")
% end
</div>
% if may_apply:
<p class="hint">Copies are kept first. Each step is checked; if the router is lost, it takes all of them back by itself.</p>
% elif plan and plan["state"] == "done" and plan["outcome"]["is_blocked"]:
<p class="hint">What is marked needs a person first; then look again.</p>
% end
</section>
% if fitted:
<section class="panel" id="fitted">
<h2>Made so</h2>
% include("admin/errand.tpl", errand=fitted)
% if fitted["state"] == "done":
% told = fitted["outcome"]
<p class="{{"said" if told["is_good"] else "wrong"}}">{{told["says"]}}</p>
% for note in told["notes"]:
<p class="hint">{{note}}</p>
% end
% if told["steps"]:
<ol class="steps">
% for step in told["steps"]:
<li>{{step["state"].capitalize()}}{{": " + step["says"] if step["says"] else ""}}<code>{{step["does"]}}</code></li>
% end
</ol>
% end
% end
</section>
% end
<section class="panel" id="test">
<h2>Test</h2>
% if test:
% include("admin/errand.tpl", errand=test)
% else:
<p class="hint">Signs in, asks RADIUS as the router does and disconnects, with a user that is thrown away. Join the WiFi with a phone first, and don't log in.</p>
% end
% if test and test["state"] == "done":
<ul class="rows">
% for step in test["outcome"]["steps"]:
<li class="{{"good" if step["state"] == "ok" else "bad" if step["state"] == "failed" else ""}}"><b>{{step["name"]}}: {{step["state"]}}</b><span>{{step["says"]}} {{step["todo"]}}</span></li>
% end
</ul>
% end
<div class="row">
% ask("test", "Test it", "second")
% if person.may("owner"):
% ask("apply-secret", "Write the RADIUS secret anew", "plain")
% end
</div>
</section>
<p class="hint">To paste it by hand: <code>sudo hotspot-lite router setup</code> prints the script, with its secrets.</p>
% end
