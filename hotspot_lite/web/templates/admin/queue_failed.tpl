% is_owner = person.may("owner")
% if failed:
% if is_owner and not tag and any(job["state"] == "failed" for job in failed):
<form method="post" action="/admin/queue/retry{{query}}" class="all">
<input type="hidden" name="csrf" value="{{person.csrf}}"><input type="hidden" name="lane" value="{{lane_asked}}">
<button class="second" id="retry-all">Retry all{{f" of {lane_asked}" if lane_asked else ""}}</button>
</form>
% end
<ol class="failures">
% for job in failed:
<li class="is-{{job["state"]}}" id="job-{{job["id"]}}">
<div>
<h3>{{job["name"]}} <code>{{job["args"]}}</code></h3>
<p class="says">{{job["error"]}}</p>
<p class="hint">{{"Failed once" if job["times"] == 1 else f"Failed {job['times']} times"}}, {{f"at {job['last']}" if job["times"] == 1 else f"first at {job['first']}, last at {job['last']}"}}, after {{job["attempts"]}} {{"try" if job["attempts"] == 1 else "tries"}}\\
% for shown, asked in job["tags"]:
 · <a href="/admin/queue?{{asked}}#failed">{{shown}}</a>\\
% end
</p>
% if job["state"] == "succeeded":
<p class="state paid">Retried {{job["retried"]}} and succeeded {{job["succeeded"]}}</p>
% elif job["state"] == "retried":
<p class="state">Retried {{job["retried"]}}</p>
% end
% if job["traceback"]:
<details id="trace-{{job["id"]}}"><summary id="opens-{{job["id"]}}">Traceback</summary><pre tabindex="0">{{job["traceback"]}}</pre></details>
% end
</div>
% if is_owner:
<div class="doing">
% for verb, label, style in (("retry", "Retry", "second"), ("forget", "Forget", "plain")):
% if verb == "forget" or job["state"] == "failed":
<form method="post" action="/admin/queue/{{verb}}{{query}}">
<input type="hidden" name="csrf" value="{{person.csrf}}"><input type="hidden" name="id" value="{{job["id"]}}">
<button class="{{style}}" id="{{verb}}-{{job["id"]}}" aria-label="{{label}} {{job["name"]}} {{job["args"]}}">{{label}}</button>
</form>
% end
% end
</div>
% end
</li>
% end
</ol>
% if len(failed) == most:
<p class="hint">The newest {{most}} are shown. Search by tag or lane for others.</p>
% end
% elif tag or lane_asked:
<p class="empty">No failed job of {{lane_asked or "any lane"}}{{f" with the tag {tag}" if tag else ""}}.</p>
% else:
<p class="empty">No job has failed. One that has used up its tries is listed here with its error, to be put again or forgotten.</p>
% end
