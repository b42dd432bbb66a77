% rebase("admin/frame.tpl", title="Traffic", module="follow.js")
<h1>Traffic</h1>
<div id="figures" data-follow="/admin/figures" data-every="20">
% if newest:
<section class="numbers" aria-label="Now">
<div><span>CPU</span><b>{{newest.cpu_percent}} %</b></div>
<div><span>Memory in use</span><b>{{newest.memory_percent}} %</b></div>
<div><span>Disk in use</span><b>{{newest.disk_percent}} %</b></div>
% if newest.temperature_c is not None:
<div><span>Temperature</span><b>{{newest.temperature_c}} °C</b></div>
% end
<div><span>Devices seen</span><b>{{newest.hosts}}</b></div>
<div><span>Online</span><b>{{newest.online}}</b></div>
</section>
% end
% for name, charts in spans:
<h2>{{name}}</h2>
<div class="charts">
% for chart in charts:
<figure>
<figcaption>{{chart.title}} <small>{{chart.says}}</small></figcaption>
<svg class="line-chart" viewBox="0 -2 600 84" preserveAspectRatio="none" role="img" aria-label="{{chart.title}}, {{name.lower()}}, now {{chart.says}}">
% for index, line in enumerate(chart.lines):
<path class="line-{{index}}" d="{{line.path}}" vector-effect="non-scaling-stroke"></path>
% end
</svg>
<small>up to {{chart.top}}, {{chart.lines[0].name}} solid, {{chart.lines[1].name}} dashed</small>
</figure>
% end
</div>
% end
% if not spans:
<p class="empty">{{"Charts appear once the router was read for a few minutes." if has_router else "No router is set. Set router.host, and its load and traffic are shown here."}}</p>
% end
</div>
