<section aria-labelledby="trend-title" id="trend" data-follow="/admin/trend?span={{stretch.name}}" data-every="20">
<h2 id="trend-title">How it goes</h2>
<nav class="row" aria-label="How far back">
% for one in stretches:
<a class="chip-link" href="/admin/?span={{one.name}}"{{!' aria-current="true"' if one.name == stretch.name else ""}}>{{one.title}}</a>
% end
</nav>
% if against:
<p class="hint">{{against}}</p>
% end
<div class="charts">
% for chart in charts:
<figure>
<figcaption>{{chart.title}} <small>{{chart.says}}</small></figcaption>
<svg class="bar-chart" viewBox="0 0 600 80" preserveAspectRatio="none" role="img" aria-label="{{chart.title}}, {{stretch.title}}: {{chart.says}}">
% for bar in chart.bars:
<g><title>{{bar.says}}</title><rect class="room" x="{{"%.1f" % bar.x}}" y="0" width="{{"%.1f" % bar.width}}" height="80"></rect><rect x="{{"%.1f" % bar.x}}" y="{{"%.1f" % bar.y}}" width="{{"%.1f" % bar.width}}" height="{{"%.1f" % bar.height}}"></rect></g>
% end
</svg>
<p class="ends"><small>{{chart.bars[0].says.partition(": ")[0]}}</small> <small>up to {{chart.top}}</small> <small>{{chart.bars[-1].says.partition(": ")[0]}}</small></p>
</figure>
% end
</div>
</section>
