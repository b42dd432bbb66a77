% rebase("admin/frame.tpl", title="Vouchers to print")
<h1>{{terms.name}}</h1>
<p class="hint">{{len(codes)}} vouchers, made {{made}} by {{batch.made_by}}. <a class="screen" href="/admin/vouchers">All vouchers</a></p>
<ul class="codes">
% for code in codes:
<li><small>{{box_name}}</small><b>{{code}}</b><small>{{terms.name}} · {{time}} · {{price(terms.price_cents)}}</small></li>
% end
</ul>
