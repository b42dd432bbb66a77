% rebase("admin/frame.tpl", title="Agents")
<h1>Agents</h1>
<p class="hint">People who sell vouchers for you and keep a commission. Each signs in, sells on account up to a limit, and pays you what is owed.</p>
% if agents:
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">Name</th><th scope="col" class="figure">Owes</th><th scope="col" class="figure">Limit</th><th scope="col" class="figure">Commission</th><th scope="col">Sells</th></tr></thead>
<tbody>
% for one in agents:
<tr><th scope="row"><a href="/admin/agents/{{one.agent_id}}">{{one.name}}</a></th><td data-name="Owes" class="figure">{{price(one.owed_cents) if one.owed_cents >= 0 else signed(one.owed_cents)}}</td><td data-name="Limit" class="figure">{{price(one.limit_cents)}}</td><td data-name="Commission" class="figure">{{share(one.commission_bp)}} %</td><td data-name="Sells">{{"no" if not one.sells else "yes" if one.left_cents else "at the limit"}}</td></tr>
% end
</tbody>
<tfoot><tr><th scope="row">All</th><td data-name="Owes" class="figure">{{price(owed) if owed >= 0 else signed(owed)}}</td><td></td><td></td><td></td></tr></tfoot>
</table></div>
<p class="hint">What each sold and kept in some days: <a href="/admin/reports?report=agents">the report</a>.</p>
% else:
<p class="empty">No agent yet. \\
% if may_add:
Add somebody of the role agent under <a href="/admin/staff">Staff</a>, then set commission and limit here.\\
% else:
The owner adds people of the role agent; you then set commission and limit here.\\
% end
</p>
% end
