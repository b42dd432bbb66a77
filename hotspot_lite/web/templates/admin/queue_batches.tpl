% if batches:
<ul class="batches">
% for one in batches:
<li><b>{{one["name"]}}</b> <span class="hint">made {{one["made"]}}, {{one["ended"]}} of {{one["total"]}} done{{f", {one['failed']} failed" if one["failed"] else ""}}</span>
<progress max="{{one["total"] or 1}}" value="{{one["ended"]}}" aria-label="{{one["name"]}}">{{one["ended"]}} of {{one["total"]}}</progress>
% if person.may("owner"):
<form method="post" action="/admin/queue/cancel">
<input type="hidden" name="csrf" value="{{person.csrf}}"><input type="hidden" name="id" value="{{one["id"]}}">
<button class="plain" id="cancel-{{one["id"]}}" aria-label="Cancel {{one["name"]}}">Cancel</button>
</form>
% end
</li>
% end
</ul>
% else:
<p class="empty">No batch is open. Imports, vouchers by the hundred and messages to many are shown here while they go on.</p>
% end
