package dev.gitmemory.service;

/** A label that enabling has changed, or would change, so that it begins with {@code system/}. */
public record Renamed(String from, String to) {}
