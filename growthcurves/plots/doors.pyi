# Made by docs/make_stub.py.

from dataclasses import dataclass
from typing import Any

@dataclass(frozen=True)
class FitPlots:
    fit: Any
    def trajectories(
        self,
        *,
        by: str | None = ...,
        people: Any = ...,
        rng: Any = ...,
        level: float = ...,
        lines: str | None = ...,
        color: str | None = ...,
        highlight: Any = ...,
        numbers: bool | None = ...,
        limits: Any = ...,
        ax: Any = ...,
        figsize: tuple[float, float] | None = ...,
    ) -> Any:
        """Trajectories of persons, the fitted mean with its band, and the band that holds most persons.

        Parameters
        ----------
        by : str, optional
            Column that divides the persons into groups: one mean curve for each; three groups and more have a panel each,
            with the means of the others in grey. Where there is no room for panels they stand together, without the band
            that holds most persons.
        people : int, None, or list of ids
            How many persons are drawn, chosen at random in proportion to their groups; 0 for none, None for all. Or who:
            up to twelve are named. Persons with many occasions at times of their own are dots.
        rng : int, Generator or None
            Who is drawn; the same number draws the same persons. None draws a seed, which the key prints.
        level : float
            Level of both bands.
        lines : {"observed", "eb"}, optional
            Lines of persons: through their observed occasions, or their empirical Bayes curves. By default observed ones;
            of outcomes that are not normal the curves, with observed shares or means at visits as dots.
        color : str or list of str, optional
            Person-level column, of groups or of numbers, by which the lines of persons are coloured.
        highlight : id or list of ids, optional
            Persons who are drawn in full ink and named; at most six.
        numbers : bool, optional
            Whether numbers of persons stand under the axis, by group: seen at each visit, or still followed at round times
            where the panel has no visits. By default they do.
        limits : (float, float), optional
            Lowest and highest value that the outcome can have: bands and axis end there; None for an open side.
        ax : Axes, optional
            What it is drawn on, of matplotlib; by default a new figure.
        figsize : (float, float), optional
            Width and height of a new figure, in inches.

        Returns
        -------
        Axes
            What it was drawn on.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> drawn = fit.plot.trajectories()
        """
    def people(
        self,
        *,
        people: Any = ...,
        rng: Any = ...,
        limits: Any = ...,
        fig: Any = ...,
        figsize: tuple[float, float] | None = ...,
    ) -> Any:
        """Persons one by one: observed points, own least-squares line, and empirical Bayes line.

        The own line (the curve of the model's growth shape, fitted to that person alone) is drawn over the person's own
        occasions; the empirical Bayes line over the whole period.

        Parameters
        ----------
        people : int or list of ids
            How many persons, chosen at random and drawn in the order of their rates of change; or who, in that order.
        rng : int, Generator or None
            Who is drawn; the same number draws the same persons. None draws a seed, which the key prints.
        limits : (float, float), optional
            Lowest and highest value that the outcome can have: no axis goes beyond; a side that is None is open.
        fig : Figure, optional
            What it is drawn on, of matplotlib; by default a new figure.
        figsize : (float, float), optional
            Width and height of a new figure, in inches.

        Returns
        -------
        Figure
            What it was drawn on.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> drawn = fit.plot.people()
        """
    def shrinkage(
        self,
        *,
        at: float | None = ...,
        between: tuple[float, float] | None = ...,
        people: int | None = ...,
        rng: Any = ...,
        ax: Any = ...,
        figsize: tuple[float, float] | None = ...,
    ) -> Any:
        """Status and rate of persons: an arrow from their own least squares to their empirical Bayes estimate.

        A person's own line takes all of its occasions at their word; empirical Bayes moves it towards what is expected
        of such a person, the more the less the occasions tell. For a curved shape the rate is the average over an
        interval.

        Parameters
        ----------
        at : float, optional
            Time at which status is read: by default the origin of the model where it lies among the observed times,
            else the first of them.
        between : (float, float), optional
            Interval of the average rate of a curved shape, by default from the first to the last time.
        people : int or None
            How many persons are drawn, chosen at random; None for all.
        rng : int, Generator or None
            Who is drawn; None draws a seed, which the key prints.
        ax : Axes, optional
            What it is drawn on, of matplotlib; by default a new figure.
        figsize : (float, float), optional
            Width and height of a new figure, in inches.

        Returns
        -------
        Axes
            What it was drawn on.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> drawn = fit.plot.shrinkage()
        """
    def slopes(
        self,
        *,
        threshold: float = ...,
        between: tuple[float, float] | None = ...,
        by: str | None = ...,
        ax: Any = ...,
        figsize: tuple[float, float] | None = ...,
    ) -> Any:
        """How persons' rates of change are distributed, with no change (or another threshold) marked.

        The curve is what the model implies (the mixture over the persons' predictors); there is none where the SD of rates
        is not known well enough. Bars are the empirical
        Bayes rates, which lie closer together than the rates themselves; the outline is each person's own
        least-squares line, which lies further apart. For a curved shape the rate is the average over an interval.

        Parameters
        ----------
        threshold : float
            The rate that is marked.
        between : (float, float), optional
            Interval of the average rate of a curved shape, by default from the first to the last time.
        by : str, optional
            Column that divides the persons into groups: a curve for each, and bars where there are at most two.
        ax : Axes, optional
            What it is drawn on, of matplotlib; by default a new figure.
        figsize : (float, float), optional
            Width and height of a new figure, in inches.

        Returns
        -------
        Axes
            What it was drawn on.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> drawn = fit.plot.slopes()
        """
    def start_and_rate(
        self,
        *,
        by: str | None = ...,
        at: float | None = ...,
        between: tuple[float, float] | None = ...,
        level: float = ...,
        people: int | None = ...,
        rng: Any = ...,
        ax: Any = ...,
        figsize: tuple[float, float] | None = ...,
    ) -> Any:
        """Status against rate of change, with the ellipse that holds 95 % of persons according to the model.

        The ellipse has the mean and the covariance that the model implies for persons with the observed predictors.
        There is none where the SDs of the two or their correlation are not known well enough.
        The points are empirical Bayes estimates: they lie closer together than the persons do, so more of them are inside.

        Parameters
        ----------
        by : str, optional
            Column that divides the persons into groups, each with its ellipse.
        at : float, optional
            Time at which status is read: by default the origin of the model where it lies among the observed times,
            else the first of them.
        between : (float, float), optional
            Interval of the average rate of a curved shape, by default from the first to the last time.
        level : float
            Share of persons whom the ellipse holds.
        people : int or None
            How many persons are drawn, chosen at random in proportion to their groups; None for all.
        rng : int, Generator or None
            Who is drawn; None draws a seed, which the key prints.
        ax : Axes, optional
            What it is drawn on, of matplotlib; by default a new figure.
        figsize : (float, float), optional
            Width and height of a new figure, in inches.

        Returns
        -------
        Axes
            What it was drawn on.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> drawn = fit.plot.start_and_rate()
        """
    def variance_over_time(
        self,
        *,
        reference: float | None = ...,
        level: float = ...,
        fig: Any = ...,
        figsize: tuple[float, float] | None = ...,
    ) -> Any:
        """SD, correlation and ICC of the outcome over time: implied by the model (lines), and observed (dots).

        All are about the mean curve, given the predictors. The correlation is that with the outcome at the reference time;
        at that time the line shows the correlation of two measurements: the ICC where residuals are independent, one where
        a residual structure gives an occasion one residual. Dots are taken at each wave where the panel has a wave column,
        at each time where at most 30 occur, and within ten ranges of time elsewhere; occasions with fewer than five persons
        have none. The observed ICC is one minus the variance about persons' own least-squares curves over the variance at
        the occasion; it may be negative, and a triangle stands for one that lies below the picture. With units above
        persons there is a broken line for the SD that each level adds, and beside the ICC, the correlation of two occasions
        of a person, that of two persons of each unit. Who drops out may make dots stray from the lines. Without random
        effects, and where the data do not tell them from the residual, there is no ICC, and in the second case the lines
        join the observed times.

        Parameters
        ----------
        reference : float, optional
            The time with which outcomes are correlated (the occasion nearest to it); by default the first occasion.
        level : float
            Level of the bands.
        fig : Figure, optional
            What it is drawn on, of matplotlib; by default a new figure.
        figsize : (float, float), optional
            Width and height of a new figure, in inches.

        Returns
        -------
        Figure
            What it was drawn on.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> drawn = fit.plot.variance_over_time()
        """
    def residuals(
        self,
        *,
        kind: str | None = ...,
        rng: Any = ...,
        fig: Any = ...,
        figsize: tuple[float, float] | None = ...,
    ) -> Any:
        """Residuals against the fitted values and against time, with their mean along both.

        Where the mean leaves zero the curve of the model is not that of the data; where the points fan out, the residual
        variance is not the same everywhere. The mean is taken at each value where at most 30 occur, and within ten ranges
        that hold equally many rows elsewhere. Along persons' own curves none is drawn: conditional residuals rise with
        these in every model that holds, because empirical Bayes draws curves towards the mean.

        Parameters
        ----------
        kind : {None, "normalized", "conditional", "marginal", "cholesky", "quantile", "pearson", "deviance"}
            "conditional" are about persons' own curves, "marginal" about the population's mean, in units of the outcome;
            "normalized" (the default) are conditional ones times the inverse Cholesky factor of the residual covariance,
            "cholesky" marginal ones times that of the covariance of outcomes (Houseman, Ryan and Coull, 2004). Of outcomes
            that are not normal "quantile" (the default), foretold from the person's outcomes before and standard normal
            where the model holds, or "pearson" and "deviance", about persons' own curves: see `GrowthFit.residuals`.
        rng : int, Generator or None
            Of quantile residuals, whose seed the key prints.
        fig : Figure, optional
            What it is drawn on, of matplotlib; by default a new figure.
        figsize : (float, float), optional
            Width and height of a new figure, in inches.

        Returns
        -------
        Figure
            What it was drawn on.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> drawn = fit.plot.residuals()
        """
    def qq(
        self,
        *,
        kind: str | None = ...,
        level: float = ...,
        rng: Any = ...,
        fig: Any = ...,
        figsize: tuple[float, float] | None = ...,
    ) -> Any:
        """Residuals and random effects against the quantiles of a standard normal, with a simultaneous band.

        Residuals are Cholesky residuals: y - X b of a person times the inverse Cholesky factor of the covariance of
        outcomes, independent and standard normal where the model holds (Houseman, Ryan and Coull, 2004, JASA 99). Random
        effects are empirical Bayes estimates over their own SD, sqrt(G - Var(u | y)). The band holds all points at once
        with this probability and gives each of them the same chance of leaving it, as the tail-sensitive bands of
        Aldor-Noiman et al. (2013, The American Statistician 67) do; it is computed exactly, for parameters that are known
        (estimated ones make it a little wide). Of more than 400 values the 100 at each end and 200 between are drawn,
        and the band is that of the points drawn. With a sampling design values count by the weights of their rows or
        persons, so that what is found is the population's, and there is no band: it is of values drawn alike.

        Parameters
        ----------
        kind : {None, "cholesky", "normalized", "quantile"}
            Kind of residuals, as `residuals` has them. Normalized ones are not independent, so that the band is a guide.
            Of outcomes that are not normal they are quantile residuals, independent and standard normal where the model
            holds; estimates of persons' random effects are then far from normal in any case, and are not drawn.
        level : float
            Probability that the band holds all points of a panel.
        rng : int, Generator or None
            Of quantile residuals, whose seed the title prints.
        fig : Figure, optional
            What it is drawn on, of matplotlib; by default a new figure.
        figsize : (float, float), optional
            Width and height of a new figure, in inches.

        Returns
        -------
        Figure
            What it was drawn on.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> drawn = fit.plot.qq()
        """
    def correlation(
        self,
        *,
        ax: Any = ...,
        figsize: tuple[float, float] | None = ...,
    ) -> Any:
        """Correlation of a person's outcomes by how far apart in time they are: implied by the model, and observed.

        All is about the mean curve. A dot is the mean product of two residuals over the SDs that the model implies for
        them, the line the mean correlation that it implies for the same pairs, and the numbers under the axis say how many
        pairs these are. Where there are more than 24 different distances they stand in ranges of as many pairs. Where the
        line misses the dots, the random effects and the residual structure together miss how outcomes go together.

        Parameters
        ----------
        ax : Axes, optional
            What it is drawn on, of matplotlib; by default a new figure.
        figsize : (float, float), optional
            Width and height of a new figure, in inches.

        Returns
        -------
        Axes
            What it was drawn on.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> drawn = fit.plot.correlation()
        """
    def influence(
        self,
        *,
        term: str | None = ...,
        unit: str | None = ...,
        most: int = ...,
        fig: Any = ...,
        figsize: tuple[float, float] | None = ...,
    ) -> Any:
        """How much each person moves the answer: Cook's distance, and what one fixed effect is without the person.

        The model is fitted again without each person (`influence()`). Those who move the fixed effects most are named, the
        most influential at the top; all others are ticks on the line below them. Cook's distance is that of all fixed
        effects together; beside it stands how far one of them moves without the person, in its standard errors. Some person
        is always the most influential: a distance is large beside the others, or because the effect that matters moves.

        Parameters
        ----------
        term : str, optional
            Which fixed effect; by default the last that is of a change over time.
        unit : str, optional
            Column of units above persons that are left out with all their persons, in the place of persons.
        most : int
            How many are named.
        fig : Figure, optional
            What it is drawn on, of matplotlib; by default a new figure.
        figsize : (float, float), optional
            Width and height of a new figure, in inches.

        Returns
        -------
        Figure
            What it was drawn on.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> drawn = fit.plot.influence()
        """
    def check(
        self,
        *,
        n: int | None = ...,
        rng: Any = ...,
        fig: Any = ...,
        figsize: tuple[float, float] | None = ...,
    ) -> Any:
        """The assumptions of a model: up to eight panels of what was found, each with its verdict and a sentence.

        Residuals over time and in their order, their SD and their correlation, persons' random effects in their order (or
        the SDs of groups), their growth against the predictor furthest from a straight line (or the size of their
        residuals against their growth), how far averages move without each of them, and the mean and SD of outcomes
        beside the persons furthest out. Each band holds the whole line in 95 of 100 replicates of the fitted model
        (Myllymaki et al. 2017, JRSS B 79): of a right model one panel in twenty has a point outside. Values in their
        order are drawn against the median of replicates, so that a right model is on the diagonal. Where visits are
        common, means and SDs of outcomes are of all persons, those who were missed by what was seen of them. Where
        dropout depends on what was seen, residuals and random effects of very many persons in their order may leave their
        bands; verdicts do not rest on these. Panels that do not apply are left out.

        Parameters
        ----------
        n : int, optional
            Replicates of the fitted model, 199 at least; 499 by default.
        rng : int, Generator or None
            Where they come from.
        fig : Figure, optional
            What it is drawn on, of matplotlib; by default a new figure.
        figsize : (float, float), optional
            Width and height of a new figure, in inches.

        Returns
        -------
        Figure
            What it was drawn on.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> drawn = fit.plot.check()
        """
    def calibration(
        self,
        *,
        people: str = ...,
        groups: int = ...,
        level: float = ...,
        ax: Any = ...,
        figsize: tuple[float, float] | None = ...,
    ) -> Any:
        """Observed shares (or means) against those that the model expects, with intervals: on the line where it holds.

        Rows are put into groups that are expected alike. By default each outcome is foretold from the person's outcomes
        before it, averaged over what they leave open of the random effects: an honest forecast, as no outcome has a say in
        what is expected of itself. Fitted probabilities of known persons would not be: they have seen the outcome, and are
        drawn towards the mean. Of ordered categories the probabilities of a higher category, at each threshold.

        Parameters
        ----------
        people : {"seen", "average"}
            "average" expects of every row the population's mean: whether the predictors are right, whatever persons are.
        groups : int
            How many groups of rows.
        level : float
            Confidence level of the intervals.
        ax : Axes, optional
            What it is drawn on, of matplotlib; by default a new figure.
        figsize : (float, float), optional
            Width and height of a new figure, in inches.

        Returns
        -------
        Axes
            What it was drawn on.

        Examples
        --------
        >>> import growthcurves as gc
        >>> data = gc.load_dataset("trial")
        >>> data["well"] = data["depression"] < 25
        >>> fit = gc.fit("well ~ week * arm + (1 | patient)", data, time="week", family="binomial")
        >>> drawn = fit.plot.calibration()
        """
    def rootogram(
        self,
        *,
        rng: Any = ...,
        ax: Any = ...,
        figsize: tuple[float, float] | None = ...,
    ) -> Any:
        """Observed frequencies of counts, hung from those that the model expects, on the scale of square roots.

        A bar that ends above the line of zero says that the count was seen less often than expected, one that reaches below
        it more often (Kleiber and Zeileis, 2016, The American Statistician 70). Expected frequencies are averaged over how
        persons differ. Where the model holds, the ends of 95 % of the bars lie in the band: it is of data sets simulated
        from the fitted model, new persons included, as outcomes of one person depend on each other. With a sampling design
        rows are counted by their weights, and there is no band.

        Parameters
        ----------
        rng : int, Generator or None
            Of the simulated data sets, whose seed the key prints.
        ax : Axes, optional
            What it is drawn on, of matplotlib; by default a new figure.
        figsize : (float, float), optional
            Width and height of a new figure, in inches.

        Returns
        -------
        Axes
            What it was drawn on.

        Examples
        --------
        >>> import growthcurves as gc
        >>> data = gc.load_dataset("trial")
        >>> data["points"] = data["depression"].round()
        >>> fit = gc.fit("points ~ week * arm + (1 | patient)", data, time="week", family="negative-binomial")
        >>> drawn = fit.plot.rootogram()
        """
    def units(
        self,
        *,
        unit: str | None = ...,
        level: float = ...,
        fig: Any = ...,
        figsize: tuple[float, float] | None = ...,
    ) -> Any:
        """How far each unit above persons (school, site) is from what is expected of it, with intervals, in order.

        Effects are empirical Bayes estimates, intervals are by their standard errors of prediction: they are of one unit at
        a time, so that two units whose intervals overlap may differ, and of many units some lie outside by chance. Which
        unit is the first of all is a matter of ranks, which `units()` has with their uncertainty.

        Parameters
        ----------
        unit : str, optional
            Column of the units, a level of the model; by default the highest.
        level : float
            Of the intervals.
        fig : Figure, optional
            What it is drawn on, of matplotlib; by default a new figure.
        figsize : (float, float), optional
            Width and height of a new figure, in inches.

        Returns
        -------
        Figure
            What it was drawn on.

        Examples
        --------
        >>> import growthcurves as gc
        >>> data = gc.load_dataset("trial")
        >>> data["site"] = data["patient"].str[1:].astype(int) % 20  # which the file does not have
        >>> fit = gc.fit("depression ~ week * arm + (week | site/patient)", data, time="week")
        >>> drawn = fit.plot.units()
        """
def plot_checks(subject: Any, *options: Any, **named: Any) -> Any: ...
def plot_ladder(subject: Any, *options: Any, **named: Any) -> Any: ...
def plot_panel(subject: Any, *options: Any, **named: Any) -> Any: ...
def plot_plan(subject: Any, *options: Any, **named: Any) -> Any: ...
def plot_residuals(subject: Any, *options: Any, **named: Any) -> Any: ...
def plot_sensitivity(subject: Any, *options: Any, **named: Any) -> Any: ...
def plot_subgroups(subject: Any, *options: Any, **named: Any) -> Any: ...
def plot_trial(subject: Any, *options: Any, **named: Any) -> Any: ...
