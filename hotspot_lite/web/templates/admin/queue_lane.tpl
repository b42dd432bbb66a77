% name = lane["name"]
% is_wrong = wrong_lane == name
<li class="lane" id="lane-{{name}}" data-lane="{{name}}">
<h3><span class="name">{{name}}</span>
<span class="chip" data-chip="is_paused"{{"" if lane["is_paused"] else " hidden"}}>paused</span>
<span class="chip bad" data-chip="stuck"{{"" if lane["stuck"] else " hidden"}}>{{lane["stuck"]}} stuck</span>
<span class="chip" data-chip="limited_until"{{"" if lane["limited_until"] else " hidden"}}>limited until {{at(lane["limited_until"])}}</span>
</h3>
<dl>
% for key, label in (("waiting", "Waiting"), ("delayed", "Delayed"), ("running", "Running"), ("failed", "Failed")):
<div><dt>{{label}}</dt><dd data-state="{{key}}" class="{{key if lane[key] else "zero"}}">{{lane[key]}}</dd></div>
% end
<div><dt>Oldest</dt><dd data-state="oldest">{{lane["oldest"]}}</dd></div>
</dl>
<div class="pace">
<svg class="chart" viewBox="0 0 {{minutes}} 24" preserveAspectRatio="none" role="img" aria-label="The last hour: {{lane["pace"]}}"><path class="done" d="{{lane["done_path"]}}"/><path class="undone" d="{{lane["failed_path"]}}"/></svg>
<p class="hint"><span data-text="pace">{{lane["pace"]}}</span> <span data-text="took">{{lane["took"]}}</span></p>
</div>
% if is_owner:
<div class="doing">
% for verb, label, is_shown in (("pause", "Pause", not lane["is_paused"]), ("resume", "Resume", lane["is_paused"])):
<form method="post" action="/admin/queue/{{verb}}" data-verb="{{verb}}"{{"" if is_shown else " hidden"}}>
<input type="hidden" name="csrf" value="{{person.csrf}}"><input type="hidden" name="lane" value="{{name}}">
<button class="plain" aria-label="{{label}} {{name}}">{{label}}</button>
</form>
% end
</div>
<details{{" open" if is_wrong else ""}}>
<summary aria-label="Settings of {{name}}">Settings</summary>
<form method="post" action="/admin/queue/lane">
<input type="hidden" name="csrf" value="{{person.csrf}}"><input type="hidden" name="lane" value="{{name}}">
<div class="fields">
% for field_name, (label, hint, most) in lane_fields.items():
% value = values[field_name] if is_wrong else (", ".join(map(str, lane[field_name])) if field_name == "backoff_seconds" else lane[field_name])
% id, is_bad = f"{name}-{field_name}", is_wrong and field == field_name
<div><label for="{{id}}">{{label}}</label>
<input id="{{id}}" name="{{field_name}}" inputmode="{{"text" if field_name == "backoff_seconds" else "numeric"}}" maxlength="{{most}}" value="{{value}}" autocomplete="off" aria-describedby="{{id}}-says"{{!' aria-invalid="true" autofocus' if is_bad else ""}}>
<p class="{{"wrong" if is_bad else "hint"}}" id="{{id}}-says"{{!' role="alert"' if is_bad else ""}}>{{problem if is_bad else hint}}</p></div>
% end
</div>
% if is_wrong and field not in lane_fields:
<p class="wrong" role="alert">{{problem}}</p>
% end
<button>Save</button>
<button class="plain" name="defaults" value="yes">Back to defaults</button>
</form>
</details>
% if done.get(name):
<p class="said" role="status">{{done[name]}}</p>
% end
% else:
<p class="hint terms">{{lane["workers"]}} {{"worker" if lane["workers"] == 1 else "workers"}}, {{lane["tries"]}} {{"try" if lane["tries"] == 1 else "tries"}}, {{lane["timeout_seconds"]}} s</p>
% end
</li>
